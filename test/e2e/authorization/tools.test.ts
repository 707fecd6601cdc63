import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { tempDir } from '../../support/cleanup.ts'
import { playWithFfmpeg } from '../../support/programs/players.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import {
  answering,
  authConfig,
  knock,
  type Middleware,
  playOn,
  run,
  startMiddleware,
  wordOf,
} from '../world/auth-world.ts'
import { adminOf } from '../world/world.ts'

/** The four examples of Flussonic's handbook on the streams of one server, and what else such files hold. */
const flussonicConf = (middleware: string): string => `# edge of the town
http 80;
auth_backend multi_local {
  allow ip 192.168.0/24;
  backend ${middleware}/auth/plugin; # iptv plugin
  backend ${middleware}/auth/portal;
}
auth_backend blacklist { deny ip 1.1.1.1; deny ip 2.2.2.2;
  deny ip 10.10/16; allow default; }
auth_backend myauth {
  allow token friend_token1;
  allow token "friend token 2";
  backend ${middleware}/auth/portal;
}
auth_backend agents { allow ua MAG; allow ua 'TVIP S-Box'; }
include more.conf;
auth_backend script { backend /etc/flussonic/auth.lua; }
auth auth://blacklist;
stream news { url udp://239.0.0.1:1234; on_play auth://multi_local soft_limitation=true; }
stream films { auth auth://myauth max_sessions=1; }
stream boxes { on_play auth://agents; }
stream signed { on_play securetoken://s3cret; }
stream signed-any { on_play securetoken://s3cret?no_check_ip=true; }
stream plain { url udp://239.0.0.2:1234; }
stream lua { on_play auth://script; }
`

let middleware: Middleware
let service: TestService
let folder: { path: string; remove(): Promise<void> }
let admin: ReturnType<typeof adminOf>
let imported: Record<string, unknown>
let report = ''
let code = -1
const file = (name: string, text: string): string => {
  const path = join(folder.path, name)
  writeFileSync(path, text)
  return path
}
const CHANNELS = [
  'news',
  'films',
  'boxes',
  'signed',
  'signed-any',
  'plain',
  'lua',
  'extra',
  'web',
  'free',
]

beforeAll(async () => {
  folder = await tempDir()
  middleware = await startMiddleware(CHANNELS)
  file('more.conf', 'stream extra { on_play auth://agents; }\n')
  const told = await run([
    'import',
    'flussonic',
    file('flussonic.conf', flussonicConf(middleware.url)),
  ])
  report = told.err
  code = told.code
  imported = parse(told.out) as Record<string, unknown>
  const links = imported['secure_links'] as object[]
  const config = authConfig(middleware.url, {
    ...imported,
    channels: [
      ...(imported['channels'] as object[]),
      { match: '^(web|federal-1)$', auth: 'links-only' },
    ],
    sources: [
      { name: 'all', url: `${middleware.url}/all.m3u` },
      { name: 'demo', url: 'http://__ORIGIN__/playlist.m3u' },
    ],
    groups: [
      { name: 'kids', networks: ['192.168.50.0/24'], channels: { ids: ['news', 'free'] } },
      { name: 'members', networks: ['192.168.60.0/24'], require_account: true },
      { name: 'everyone', default: true },
    ],
    secure_links: [
      ...links,
      { name: 'web', format: 'nginx', key: 'w3b', match: '^(web|federal-1)$' },
    ],
    demo: { enabled: true, origin: '__ORIGIN__' },
  })
  service = await startService({ config })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await middleware?.close()
  await folder?.remove()
})

const opens = async (channel: string, who: Parameters<typeof knock>[2]) =>
  wordOf(await knock(service.edge, channel, who))

describe('import flussonic', () => {
  test('says what it kept, changed and did not understand', () => {
    expect(code).toBe(1)
    expect(report).toMatch(/lua/i)
    expect(report).toMatch(/X-UserId/)
    for (const word of ['multi_local', 'soft_limitation=true', '10.10.0.0/16'])
      expect(report).toContain(word)
  })

  test('what it prints passes the check', async () => {
    const whole = { edge: { listen: '127.0.0.1:1' }, groups: [{ name: 'all', default: true }] }
    const config = file('draft.yaml', JSON.stringify({ ...whole, ...imported }, null, 2))
    const told = await run(['check', '--config', config, '--no-sources'])
    expect(told.code).toBeLessThan(2)
    expect(told.err).not.toMatch(/at .*\.ts:/)
  })

  test('decides as the source does', async () => {
    middleware.on('plugin', answering(403))
    middleware.on('portal', answering(403))
    const far = '198.51.100.4'
    expect(await opens('news', { address: '192.168.0.77' })).toBe('in')
    expect(await opens('news', { address: far })).toBe('backend.deny')
    expect([middleware.asked('plugin').length, middleware.asked('portal').length]).toEqual([1, 1])
    middleware.on('portal', answering(200, { 'X-UserId': '9', 'X-Max-Sessions': '1' }))
    expect(await opens('news', { address: far, token: 'mine' })).toBe('in')
    expect(await opens('films', { address: far, token: 'friend_token1' })).toBe('in')
    expect(await opens('films', { address: far, token: 'friend token 2', agent: 'B/1' })).toBe(
      'cap.streams',
    )
    middleware.on('portal', answering(403))
    expect(await opens('films', { address: far, token: 'friend_token3' })).toBe('backend.deny')
    expect(await opens('boxes', { address: far, agent: 'x MAG250 stb' })).toBe('in')
    expect(await opens('boxes', { address: far, agent: 'mag250' })).toBe('rule.no_match')
    expect(await opens('extra', { address: far, agent: 'TVIP S-Box v.605' })).toBe('in')
    expect(await opens('plain', { address: '10.10.200.1' })).toBe('rule.deny_ip')
    expect(await opens('plain', { address: '1.1.1.1' })).toBe('rule.deny_ip')
    expect(await opens('plain', { address: '10.11.0.1' })).toBe('in')
    expect(await opens('lua', { address: far, token: 'any' })).toBe('rule.no_match')
  })
})

describe('ticket mint', () => {
  const mint = async (...args: string[]) => {
    const config = join(service.state, '..', 'gatehouse.yaml')
    const told = await run([
      'ticket',
      'mint',
      '--config',
      config,
      '--state',
      service.state,
      ...args,
    ])
    expect(told.err).not.toContain('s3cret')
    return told.out.trim()
  }
  const open = async (path: string, address: string) =>
    wordOf(await ask(service.edge, path, { headers: { 'X-Forwarded-For': address } }))
  const linkNames = () => imported['secure_links'] as { name: string; check_ip: boolean }[]
  const [home, away] = ['198.51.100.9', '198.51.100.10']

  test('a ticket of ours opens', async () => {
    const ticket = await mint('--group', 'everyone', '--ttl', '5m')
    expect(await open(`/live/${ticket}/free/index.m3u8`, home)).toBe('in')
    const x = ticket.at(-1) === 'A' ? 'B' : 'A'
    expect(
      await open(`/live/${ticket.slice(0, -9)}${x}${ticket.slice(-8)}/free/index.m3u8`, home),
    ).toBe('ticket.signature')
    const { id } = await admin.account(1)
    const own = await mint('--account', id)
    expect(await open(`/live/${own}/free/index.m3u8`, home)).toBe('in')
    expect(await open(`/live/${own}/web/index.m3u8`, away)).not.toBe('')
  }, 60_000)

  test('a securetoken opens from its address only, or from anywhere, in its time', async () => {
    const bound = linkNames().find((it) => it.check_ip)?.name ?? ''
    const free = linkNames().find((it) => !it.check_ip)?.name ?? ''
    const url = await mint('--link', bound, '--channel', 'signed', '--ip', home, '--user', 'u1')
    expect(await open(url, away)).toBe('token.unknown')
    expect(await open(url, home)).toBe('in')
    // At once: what is opened and not played is over in ten seconds.
    const users = (await admin.sessions()).map((it) => it.user_id)
    expect(users).toContain(`backend:link.${bound}:u1`)
    expect(await open(url.replace('/signed/', '/signed-any/'), home)).toBe('token.unknown')
    const any = await mint('--link', free, '--channel', 'signed-any', '--ttl', '2h')
    expect(await open(any, home)).toBe('in')
    expect(await open(any, away)).toBe('in')
    expect(await open('/live/signed/index.m3u8', home)).toBe('token.missing')
  }, 60_000)

  test('an nginx link opens, and is played on by relative addresses', async () => {
    const url = await mint('--link', 'web', '--channel', 'web', '--ip', home)
    expect(await open(url, away)).toBe('token.unknown')
    expect(await open(url.replace('/web/index', '/web/other'), home)).toBe('token.unknown')
    expect(await open(url.replace(/expires=\d+/, 'expires=1999999999'), home)).toBe('token.unknown')
    const who = { address: home }
    const opened = await ask(service.edge, url, { headers: { 'X-Forwarded-For': home } })
    const { list, segment } = playOn(service.edge, opened, who)
    expect([(await list()).status, (await segment()).status]).toEqual([200, 200])
    const own = await mint('--link', 'web', '--channel', 'federal-1', '--ip', '127.0.0.1')
    const played = await playWithFfmpeg(`${service.edge}${own}`, 4)
    expect(played.frames).toBeGreaterThan(20)
    const old = await mint('--link', 'web', '--channel', 'web', '--ip', home, '--ttl', '1')
    // Not asked before: who opened in time and asks on plays on.
    const end = Number(/expires=(\d+)/.exec(old)?.[1])
    await until('its end', () => Date.now() > (end + 1) * 1000)
    expect(await open(old, home)).toBe('ticket.expired')
  }, 60_000)
})

interface Said {
  readonly verdict: string
  readonly reason: string | null
}

const FAR = 'http://far.example.net/x'
const WORDS: Readonly<Record<string, string>> = { allow: 'in', redirect: FAR }

/** What explain said beside what the edge did. */
const differences = ({ dry, live }: { dry: Said; live: Said }, got: string): string[] => {
  const said = WORDS[live.verdict] ?? live.reason
  const isSame = dry.verdict === live.verdict && dry.reason === live.reason
  const isDryWrong = !isSame && dry.verdict !== 'depends'
  const isWrong = got.replace(/^\d+ /, '') !== said
  return isWrong || isDryWrong ? [`${got}, said ${said}, dry ${dry.verdict} ${dry.reason}`] : []
}

describe('explain', () => {
  test('says of 60 viewers what the edge then does', async () => {
    middleware.on('plugin', (query, response) =>
      answering(query.get('token') === 'odd' ? 500 : 403)(query, response),
    )
    middleware.on('portal', (query, response) => {
      const status = { good: 200, odd: 502, away: 302 }[query.get('token') ?? ''] ?? 403
      answering(status, status === 302 ? { Location: 'http://far.example.net/x' } : {})(
        query,
        response,
      )
    })
    const { token: own } = await admin.account(0)
    const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T
    const tokens = [undefined, 'good', 'odd', 'away', 'friend_token1', 'nobody', own]
    const agents = ['MAG250', 'TVIP S-Box', 'VLC/3']
    const places = ['192.168.0', '192.168.50', '192.168.60', '198.51.100', '10.10.3', '2001:db8:7:']
    const wrong: string[] = []
    let seed = 7
    for (let n = 0; n < 60; n++) {
      seed = (seed * 48_271) % 2_147_483_647
      const place = pick(places, seed)
      const address = place.includes(':') ? `${place}${n + 100}::1` : `${place}.${n + 100}`
      const channel = pick(
        ['news', 'films', 'boxes', 'plain', 'lua', 'extra', 'free', 'none', 'signed'],
        seed >> 4,
      )
      const shown = pick(tokens, seed >> 9)
      const agent = pick(agents, seed >> 13)
      const token = shown === undefined ? {} : { token: shown }
      const query = new URLSearchParams({ ip: address, channel, ua: agent, ...token })
      const explained = async (more: string) =>
        (await (await service.api(`/api/v1/explain?${query.toString()}${more}`)).json()) as Said
      const said = { dry: await explained(''), live: await explained('&live=true') }
      const got = await opens(channel, { address, agent, ...token })
      const who = `${channel} ${address} ${shown} ${agent}`
      wrong.push(...differences(said, got).map((it) => `${who}: ${it}`))
    }
    expect(wrong).toEqual([])
  }, 60_000)
})
