import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { adminOf } from '../world/world.ts'

const SECRET = 'qT7wE3rR9zK4'
const STATUSES = [301, 302, 303, 307, 308]
const HLS = '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:6,\n1.ts\n'
const DASH = `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT6S" profiles="urn:mpeg:dash:profile:isoff-live:2011"><Period><AdaptationSet mimeType="video/mp4"><SegmentTemplate media="$Number$.m4s" initialization="init.mp4" duration="6"/><Representation id="v" bandwidth="1"/></AdaptationSet></Period></MPD>`

let service: TestService
let admin: ReturnType<typeof adminOf>
const servers: Server[] = []
let balancer = ''
let asked = 0
const running: AbortController[] = []

const listen = async (server: Server): Promise<string> => {
  servers.push(server)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const stream = (response: ServerResponse): void => {
  response.writeHead(200, { 'Content-Type': 'video/mp2t' })
  const timer = setInterval(() => response.write(Buffer.alloc(188 * 7, 0x47)), 50)
  response.on('close', () => clearInterval(timer))
}

/** Where a provider sends players: media for whoever has the ticket. */
const startBalancer = () =>
  listen(
    createServer(({ url = '' }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://h')
      if (searchParams.get('token') !== SECRET && !/\.(?:m4s|mp4)$|\/1\.ts$/.test(pathname))
        return void response.writeHead(403).end()
      if (pathname.endsWith('.m3u8'))
        return void response.writeHead(200, { 'Content-Type': 'application/x-mpegurl' }).end(HLS)
      if (pathname.endsWith('.mpd'))
        return void response.writeHead(200, { 'Content-Type': 'application/dash+xml' }).end(DASH)
      if (/(?:live|provider).*\.ts$/.test(pathname)) return stream(response)
      response.writeHead(200, { 'Content-Type': 'video/mp2t' }).end('G'.repeat(188))
    }),
  )

const startProvider = async (): Promise<string> => {
  const server = createServer(({ url = '', headers }, response) => {
    const list = [
      '#EXTM3U',
      '#EXTINF:-1 tvg-id="ts",TS',
      `http://${headers.host}/ts/live.ts`,
      '#EXTINF:-1 tvg-id="hls" catchup="default" catchup-days="7" catchup-source="http://' +
        `${headers.host}/hls/arc-{utc}-{duration}.m3u8",HLS`,
      `http://${headers.host}/hls/index.m3u8`,
      '#EXTINF:-1 tvg-id="dash",DASH',
      `http://${headers.host}/dash/top.mpd`,
      '#EXTINF:-1 tvg-id="panel",Panel',
      `http://${headers.host}/live/provider/pw123456/77.ts`,
      '#EXTINF:-1 tvg-id="past",Past',
      `http://${headers.host}/past/live.ts`,
    ]
    if (url === '/list.m3u') {
      response.end(`${list.join('\n')}\n`)
      return
    }
    const { pathname } = new URL(url, 'http://h')
    asked += 1
    // Over itself, and then to the balancer; each by another status.
    const to = pathname.startsWith('/past/')
      ? `http://127.0.0.2:1/x.ts?token=${SECRET}`
      : pathname.startsWith('/hop/')
        ? `http://${balancer}${pathname.slice(4)}?token=${SECRET}`
        : `/hop${pathname}`
    response.writeHead(STATUSES[asked % STATUSES.length] ?? 302, { Location: to }).end()
  })
  return await listen(server)
}

beforeAll(async () => {
  balancer = await startBalancer()
  const provider = await startProvider()
  service = await startService({
    config: `edge:
  listen: __EDGE__
  trusted_proxies: [127.0.0.1/32]
admin: { listen: __ADMIN__ }
sources:
  - { name: provider, url: 'http://${provider}/list.m3u', refresh_sec: 60 }
groups:
  - { name: everyone, default: true, max_sessions: 1, limitation: hard }
`,
  })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => {
  for (const stopper of running) stopper.abort()
  await service?.stop()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

interface Account {
  readonly id: string
  readonly token: string
}

const account = async (name: string): Promise<Account> => {
  const { id } = await admin.send<{ id: string }>('POST', '/accounts', { name, maxSessions: 1 })
  const { token } = await admin.send<{ token: string }>('POST', `/accounts/${id}/tokens`, {})
  return { id, token }
}

const as = (screen: number): Record<string, string> => ({
  'X-Forwarded-For': `198.51.100.${screen}`,
  'User-Agent': `Box/${screen}`,
})

/** Status and first bytes, headers and all; a stream ends with its first bytes. */
const get = async (
  path: string,
  screen: number,
): Promise<{ status: number; head: string; text: string; location: string | null }> => {
  const stopper = new AbortController()
  const answer = await fetch(service.edge + path, {
    headers: as(screen),
    redirect: 'manual',
    signal: stopper.signal,
  })
  const isStream =
    answer.headers.get('content-length') === null && path.split('?', 1)[0]?.endsWith('.ts') === true
  const piece = isStream ? await answer.body?.getReader().read() : undefined
  const text = isStream ? Buffer.from(piece?.value ?? []).toString('latin1') : await answer.text()
  // Its connection goes on, as a player's would.
  if (isStream) running.push(stopper)
  const head = JSON.stringify([...answer.headers])
  return { status: answer.status, head, text, location: answer.headers.get('location') }
}

const numbersOf = async ({ id, token }: Account): Promise<Map<string, number>> => {
  const path = `/player_api.php?username=${id}&password=${token}&action=get_live_streams`
  const rows = JSON.parse((await get(path, 1)).text) as { name: string; stream_id: number }[]
  return new Map(rows.map((row) => [row.name, row.stream_id]))
}

/** What a screen sees on its way to media: each answer's status. */
const play = async (entry: string, screen: number): Promise<number[]> => {
  const statuses: number[] = []
  let path: string | null = entry
  for (let hop = 0; path !== null && hop < 4; hop += 1) {
    const { status, head, text, location } = await get(path, screen)
    statuses.push(status)
    expect(head + text).not.toMatch(new RegExp(`${SECRET}|${balancer}|127\\.0\\.0\\.2|pw123456`))
    const named: string | undefined = text.startsWith('#EXTM3U')
      ? text.split('\n').find((line) => line !== '' && !line.startsWith('#'))
      : undefined
    const next: string | undefined = location ?? named
    path = next === undefined ? null : new URL(next, service.edge + path).pathname
  }
  return statuses
}

type Door = (who: Account, numbers: Map<string, number>) => string | Promise<string>
const START = '2026-11-30:10-00'
const inList =
  (channel: string): Door =>
  async ({ token }) => {
    const { text } = await get(`/playlist.m3u?token=${token}`, 1)
    const line = text.split('\n').find((it) => it.startsWith('http') && it.includes(`/${channel}/`))
    return new URL(line ?? '').pathname
  }
const numbered =
  (name: string, ending: string, before = ''): Door =>
  ({ id, token }, numbers) =>
    `${before}/${id}/${token}/${numbers.get(name)}${ending}`
const archived =
  (ending: string): Door =>
  ({ id, token }, numbers) =>
    `/timeshift/${id}/${token}/60/${START}/${numbers.get('HLS')}${ending}`

const STREAM = [302, 200]
const LIST = [302, 200, 200]
const DOORS: Readonly<Record<string, readonly [door: Door, statuses: readonly number[]]>> = {
  'a stream of the list': [inList('ts'), STREAM],
  'HLS of the list': [inList('hls'), LIST],
  'DASH of the list': [inList('dash'), STREAM],
  'a stream by number': [numbered('TS', '.ts'), STREAM],
  "a panel's stream": [numbered('Panel', '.ts', '/live'), STREAM],
  "a panel's stream as HLS": [numbered('Panel', '.m3u8', '/live'), STREAM],
  'HLS by number': [numbered('HLS', '.m3u8'), LIST],
  'HLS by number alone': [numbered('HLS', ''), LIST],
  'DASH by number': [numbered('DASH', '.m3u8', '/live'), STREAM],
  'an archive': [archived('.m3u8'), LIST],
  'an archive as a stream': [archived('.ts'), LIST],
  'what leads past the edge': [numbered('Past', '.ts'), [302, 502]],
}

test.each(Object.entries(DOORS))(
  'through redirections one screen plays on a cap of one, and none is told where they lead: %s',
  async (name, [door, statuses]) => {
    const who = await account(name)
    await until('channels', async () => (await numbersOf(who)).size === 5, 20_000)
    const entry = await door(who, await numbersOf(who))
    expect(await play(entry, 1)).toEqual(statuses)
    for (const screen of [2, 3]) expect(await play(entry, screen)).toEqual([403])
  },
)

test('the metric names what leads past the edge', async () => {
  const named = /^gatehouse_past_edge_total\{.*127\.0\.0\.2:1.*\} [1-9]/m
  await until('a report', async () => named.test(await (await service.api('/metrics')).text()))
})

test.each([100, 6000, 15_900])(
  'arguments of an opening lead by no cap, however long: %s',
  async (length) => {
    const who = await account(`long ${length}`)
    const entry = `${await inList('ts')(who, new Map())}?a=${'q'.repeat(length)}`
    const { status, location } = await get(entry, 1)
    expect([status, location?.endsWith(entry.slice(-length))]).toEqual([302, true])
    expect((await get(location ?? '', 1)).status).toBe(200)
    for (const screen of [2, 3]) expect((await get(entry, screen)).status).toBe(403)
    // Control's own answer came through: the edge did not open it by itself.
    expect(Object.values(service.logs()).join('')).not.toContain('too big header')
  },
)
