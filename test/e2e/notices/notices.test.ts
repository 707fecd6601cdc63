import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startEmby } from '../../../control/demo/media-servers/emby.ts'
import { startJellyfin } from '../../../control/demo/media-servers/jellyfin.ts'
import type { MediaBrowserServer } from '../../../control/demo/media-servers/mediabrowser.ts'
import { type PlexServer, startPlex } from '../../../control/demo/media-servers/plex.ts'
import { staged, TOKEN } from '../../support/media-servers/media-servers.ts'
import { type FakeService, startFakeService } from '../../support/notify/fake-service.ts'
import { recordOutbound } from '../../support/outbound/outbound.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { run } from '../world/auth-world.ts'
import { controlPid, kill9 } from '../world/processes.ts'
import { adminOf } from '../world/world.ts'

const SECRET = 'a-secret-that-nobody-may-read'
/** The one name that is configured; there is no such host. */
const NAME = 'notify.example.net'

let folder: Awaited<ReturnType<typeof tempDir>>
let service: TestService
let admin: ReturnType<typeof adminOf>
let hook: FakeService
let plex: PlexServer
let jellyfin: MediaBrowserServer
let emby: MediaBrowserServer
let outbound: ReturnType<typeof recordOutbound>

beforeAll(async () => {
  folder = await tempDir()
  outbound = recordOutbound(folder.path)
  hook = await startFakeService(() => ({ status: 202 }))
  plex = await startPlex({ token: TOKEN })
  jellyfin = await startJellyfin({ token: TOKEN })
  emby = await startEmby({ token: TOKEN })
  const token = join(folder.path, 'token')
  writeFileSync(token, TOKEN)
  service = await startService({
    env: outbound.env,
    config: `admin: { listen: __ADMIN__ }
media_servers:
  - { name: house, kind: plex, url: '${plex.url}', token_file: ${token} }
  - { name: attic, kind: jellyfin, url: '${jellyfin.url}', token_file: ${token} }
  - { name: cellar, kind: emby, url: '${emby.url}', token_file: ${token} }
destinations:
  - { name: away, kind: ntfy, url: 'http://${NAME}', topic: t }
`,
  })
  admin = adminOf(service)
})
afterAll(async () => {
  await service.stop()
  await Promise.all([hook.stop(), plex.close(), jellyfin.close(), emby.close()])
  await folder.remove()
})

const state = () => ['--state', service.state]

/** What the files of an installation hold, its logs and database too. */
const everything = (path: string): Buffer[] =>
  readdirSync(path).flatMap((name) => {
    const file = join(path, name)
    const found = statSync(file)
    if (found.isDirectory()) return everything(file)
    return found.isFile() ? [readFileSync(file)] : []
  })

test('a destination is added by command line; its secrets are encrypted, shown to nobody', async () => {
  const secret = join(folder.path, 'hook.key')
  writeFileSync(secret, SECRET)
  const settings = [
    `url=${hook.url}/${SECRET}-path`,
    `secret=@${secret}`,
    `headers.X-Team=${SECRET}`,
  ]
  const more = ['language=ru', 'group_seconds=0', 'dedup_minutes=0', 'events=finding.*']
  const set = [...settings, ...more].flatMap((one) => ['--set', one])
  const added = await run(['destinations', 'add', 'ops', '--kind', 'webhook', ...set, ...state()])
  expect(added).toMatchObject({ code: 0 })
  const shown = await admin.get<object>('/destinations/ops')
  expect(shown).toMatchObject({ kind: 'webhook', language: 'ru', secret: '***', origin: 'api' })
  const said = [
    JSON.stringify(await admin.get('/destinations')),
    JSON.stringify(await admin.get('/audit?limit=100')),
    (await run(['destinations', 'list', ...state()])).out,
    added.out,
  ]
  expect(said.join('')).not.toContain(SECRET)
  expect(everything(service.state).some((bytes) => bytes.includes(SECRET))).toBe(false)
})

test('the test button sends one at once, and says what a service answers', async () => {
  expect((await run(['destinations', 'test', 'ops', ...state()])).code).toBe(0)
  const [got] = hook.taken
  expect(got?.headers['x-team']).toBe(SECRET)
  expect(got?.headers['x-gatehouse-signature']).toMatch(/^[0-9a-f]{64}$/)
  expect(got?.json['text']).toContain('Gatehouse может отправлять уведомления в ops')
  hook.next({ status: 403, body: { message: 'go away' } })
  const refused = await run(['destinations', 'test', 'ops', ...state()])
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.out).toContain('go away')
})

test('a template of one’s own is seen before it is used', async () => {
  interface Preview {
    readonly parts: readonly { readonly title: string; readonly body: string }[]
  }
  const template = { title: '{{name}}!', text: '{{#streams}}{{who}} in {{where}}\n{{/streams}}' }
  await admin.send('PATCH', '/destinations/ops', { template })
  const { parts } = await admin.get<Preview>('/destinations/ops/preview')
  const body = JSON.parse(parts[0]?.body ?? '') as { title: string; text: string }
  expect(body.title).toBe('Example Household!')
  expect(body.text).toContain('Example Household in Sydney, AU')
  await admin.send('PATCH', '/destinations/ops', { template: null })
  const plain = await admin.get<Preview>('/destinations/ops/preview')
  expect(plain.parts[0]?.body).toContain('воспроизводится')
})

test('a control plane killed in the middle of sending loses nothing; what is sent again has its id', async () => {
  await admin.send('PUT', '/rules/abroad', {
    id: 'abroad',
    kind: 'geo_restriction',
    params: { mode: 'block', countries: ['US'] },
    actions: [{ do: 'notify', from_finding: 1 }],
  })
  const before = hook.requests.length
  // The first is read and never answered: the sender waits, and dies so.
  hook.next({ status: 202, isSilent: true })
  const people = ['31', '32', '33', '34', '35']
  const phone = (id: string) => ({ id: `p${id}`, name: 'Phone', app: 'App', platform: 'iOS' })
  plex.stage.play(
    people.map((id) =>
      staged({ session: id, user: { id, name: `N${id}` }, device: phone(id), address: '8.8.8.8' }),
    ),
  )
  await until('one is being sent', () => hook.requests.length > before)
  await kill9(await controlPid(service))
  const subjects = () =>
    hook.taken
      .flatMap(({ json }) => (json['notices'] ?? []) as { subject: string; event: string }[])
      .filter(({ event }) => event === 'finding.geo_restriction')
      .map(({ subject }) => subject)
      .sort()
  const all = people.map((id) => `server:house:${id}`)
  await until('all are told', () => new Set(subjects()).size === all.length, 60_000)
  expect(subjects()).toEqual(all)
  const lost = hook.requests[before]
  const again = hook.taken.filter(
    ({ headers }) => headers['x-gatehouse-id'] === lost?.headers['x-gatehouse-id'],
  )
  expect(again).toHaveLength(1)
})

test('nothing but what is configured was asked', async () => {
  await run(['destinations', 'test', 'away', ...state()])
  for (const name of ['house', 'attic', 'cellar'])
    await admin.send('POST', `/media-servers/${name}/test`)
  await admin.get('/people/suggestions')
  const portOf = (url: string) => new URL(url).port
  const own = [service.admin, hook.url, plex.url, jellyfin.url, emby.url].map(portOf)
  const tried = outbound.tried()
  // The recorder saw what was to be asked, of every kind.
  for (const url of [hook.url, plex.url, jellyfin.url, emby.url])
    expect(tried.some(({ to }) => to.endsWith(`:${portOf(url)}`))).toBe(true)
  expect(tried.filter(({ what }) => what === 'name').map(({ to }) => to)).toContain(NAME)
  const others = tried.filter(({ what, to }) => {
    const [, host = to, port = ''] = /^(.*):(\d+)$/.exec(to) ?? []
    const isNamed = host === NAME && what !== 'datagram'
    return !isNamed && !(/^(127\.0\.0\.1|localhost)$/.test(host) && own.includes(port))
  })
  expect(others).toEqual([])
})
