import { writeFileSync } from 'node:fs'
import { get as httpGet } from 'node:http'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../../../control/store/store.ts'
import { startOrigin, type TestOrigin } from '../../edge/rig/origin.ts'
import { tempDir } from '../../support/cleanup.ts'
import { fastest, until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { run } from '../world/auth-world.ts'
import { playing, viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>
let origin: TestOrigin
let folder: Awaited<ReturnType<typeof tempDir>>

beforeAll(async () => {
  folder = await tempDir()
  origin = await startOrigin()
  const list = join(folder.path, 'odd.m3u')
  const rows = Object.entries(ODD)
  const text = rows.map(([id, path]) => `#EXTINF:-1 tvg-id="${id}",${id}\n${origin.url}${path}\n`)
  writeFileSync(list, `#EXTM3U\n${text.join('')}`)
  service = await startService({
    config: worldConfig({ clocks: { idle_sec: 5 } }).replace(
      'sources:\n',
      `sources:\n  - { name: odd, file: ${list} }\n`,
    ),
    state: join(folder.path, 'state'),
  })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await origin?.stop()
  await folder?.remove()
})

/** Channels whose addresses say nothing of their protocol. */
const ODD = {
  list: '/odd/list/play',
  mpd: '/odd/mpd/play.php?id=5',
  moved: '/odd/moved/play',
  ts: '/odd/ts/x-mpegts',
  packed: '/odd/packed/play.m3u8',
  gone: '/odd/gone/play',
}

/** A running MPEG-TS response. */
interface Flow {
  readonly bytes: () => number
  /** Unix ms of its end; `null` while it runs. */
  readonly endedAt: () => number | null
  readonly hangUp: () => void
}

function flow(url: string, headers: Record<string, string>): Promise<Flow> {
  return new Promise((resolve, reject) => {
    const outgoing = httpGet(url, { headers }, (answer) => {
      let bytes = 0
      let endedAt: number | null = null
      const over = () => (endedAt ??= Date.now())
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length))
      answer.on('end', over).on('error', over).on('close', over)
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`))
      resolve({
        bytes: () => bytes,
        endedAt: () => endedAt,
        hangUp: () => outgoing.destroy(),
      })
    })
    outgoing.on('error', (error) => reject(error))
  })
}

/** A household of one screen at home, with its stream. */
async function household(n: number) {
  const { id, token } = await admin.account(1)
  const address = `192.168.70.${n}`
  const who = viewer(service.edge, { token, address })
  const ticket = await who.ticket()
  const start = async () => {
    const opened = await who.get(`/live/${ticket}/sport-4/stream.ts`)
    const { entry } = playing(service.edge, { address }, opened)
    return await flow(`${service.edge}${entry}`, { 'X-Forwarded-For': address })
  }
  return { id, who, ticket, start }
}

test('a stream that runs longer than the idle clock keeps its slot; closing frees it', async () => {
  const { id, who, ticket, start } = await household(1)
  const running = await start()
  await until('bytes', () => running.bytes() > 50_000)
  // An HLS viewer who falls silent now is ended by the idle clock.
  const silent = await admin.account(1)
  const guest = viewer(service.edge, { token: silent.token, address: '192.168.70.9' })
  expect((await (await guest.play('film-4')).poll()).status).toBe(200)
  await until('the idle clock', async () => (await admin.sessions(silent.id)).length === 0)
  expect(await admin.sessions(id)).toMatchObject([{ state: 'playing', proto: 'mpegts' }])
  expect((await who.open('film-1', ticket)).status).toBe(403)
  expect(running.endedAt()).toBeNull()
  running.hangUp()
  await until('the free slot', async () => (await admin.sessions(id)).length === 0)
  expect((await who.open('film-2', ticket)).status).toBe(302)
})

test('a ban cuts a running stream within a second, and only that', async () => {
  const goesOn = await (await household(3)).start()
  await until('it runs', () => goesOn.bytes() > 50_000)
  const cut = async (n: number) => {
    const one = await household(n)
    const stream = await one.start()
    await until('bytes', () => stream.bytes() > 50_000)
    await admin.send('POST', '/bans', { kind: 'account', subject: one.id, seconds: 60 })
    const bannedAt = Date.now()
    await until('the cut', () => stream.endedAt() !== null)
    expect((await one.who.open('sport-4', one.ticket)).reason).toBe('ban.account')
    return (stream.endedAt() ?? 0) - bannedAt
  }
  // On a busy machine one may be late.
  expect(await fastest([2, 12, 22], cut, 1000)).toBeLessThan(1000)
  const before = goesOn.bytes()
  await until('more', () => goesOn.bytes() > before + 50_000)
  goesOn.hangUp()
})

/** Lines of a log of the service, each as it is written: one JSON object. */
const linesOf = (name: string): { readonly request?: unknown }[] =>
  (service.logs()[name] ?? '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { readonly request?: unknown })

test('one id leads from the edge’s log to the control plane’s and to the event', async () => {
  const told = await run(['log-level', 'debug', '--state', service.state])
  expect(told.code, told.err).toBe(0)
  const { id, token } = await admin.account(1)
  const stop = new AbortController()
  const events = await service.api(`/api/v1/events?account=own:${id}`, { signal: stop.signal })
  let heard = ''
  const listening = (async () => {
    for await (const chunk of events.body?.pipeThrough(new TextDecoderStream()) ?? [])
      heard += chunk
  })().catch(() => undefined)
  await viewer(service.edge, { token, address: '192.168.70.6' }).play('film-3')
  await until('the event', () => heard.includes('event: session.opened'))
  stop.abort()
  await listening
  const data = /event: session\.opened\n(?:id: .*\n)?data: (.*)/.exec(heard)?.[1] ?? ''
  const { request } = JSON.parse(data) as { request: string }
  expect(request).toMatch(/^[0-9a-f]{32}$/)
  await until('the edge’s line', () => linesOf('access.log').some((it) => it.request === request))
  expect(linesOf('access.log').find((it) => it.request === request)).toMatchObject({
    channel: 'film-3',
    status: 302,
  })
  const ofControl = linesOf('control.log').find((it) => it.request === request)
  expect(ofControl).toMatchObject({ msg: 'open', channel: 'film-3', outcome: 'ok' })
  const back = await run(['log-level', 'info', '--state', service.state])
  expect(back).toMatchObject({ code: 0 })
})

test('HEAD of what has no end is answered at once', async () => {
  const answer = await service.api('/api/v1/events', {
    method: 'HEAD',
    signal: AbortSignal.timeout(5000),
  })
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
})

test('the configuration in use is shown, compared, changed and brought back by command', async () => {
  const config = async (...args: string[]) =>
    await run(['config', ...args, '--state', service.state])
  const shown = await config('show')
  expect(shown, shown.err).toMatchObject({ code: 0 })
  const file = join(folder.path, 'changed.yaml')
  writeFileSync(
    file,
    shown.out.replace('idle_sec: 5', 'idle_sec: 6').replace('"idle_sec":5', '"idle_sec":6'),
  )
  expect(await config('validate', file)).toMatchObject({ code: 0, out: 'valid\n' })
  expect((await config('diff', file)).out).toMatch(/^-.*idle_sec.*5[^]*^\+.*idle_sec.*6/m)
  const applied = await config('apply', file, '--note', 'a longer clock')
  expect(applied.out, applied.err).toMatch(/^version \S+ is in use\n$/)
  expect((await config('show')).out).toMatch(/idle_sec"?: ?6/)
  const versions = await config('versions', '--json')
  const { items } = JSON.parse(versions.out) as { items: { id: string; note: string | null }[] }
  expect(items[0]?.note).toBe('a longer clock')
  expect((await config('restore', items[1]?.id ?? '')).out).toMatch(/is in use\n$/)
  expect((await config('show')).out).toBe(shown.out)
  writeFileSync(file, 'clocks: { idle_sec: soon }\n')
  const refused = await config('apply', file)
  expect([refused.code === 0, refused.err]).toEqual([false, expect.stringMatching(/idle_sec/)])
})

test('an address that does not say its protocol plays as what its origin answers', async () => {
  const body = '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nseg.ts\n'
  const mpd = '<MPD><Period><BaseURL>/other/</BaseURL></Period></MPD>'
  origin.files.set('/odd/list/play', { type: 'text/plain', body })
  origin.files.set('/odd/list/seg.ts', { type: 'video/mp2t', body: 'bytes' })
  origin.files.set('/odd/mpd/play.php', { type: 'application/dash+xml', body: mpd })
  origin.moved.set('/odd/moved/play', '/odd/list/play')
  const { id, token } = await admin.account(6)
  const who = viewer(service.edge, { token, address: '192.168.70.5' })
  const ticket = await who.ticket()
  const playingNow = async () =>
    (await admin.sessions(id)).map(({ name, proto }) => `${name} as ${proto}`)
  const open = async (channel: string) =>
    playing(
      service.edge,
      { address: '192.168.70.5' },
      await who.get(`/live/${ticket}/${channel}/stream.ts`),
    )

  const list = await open('list')
  expect(list.entry).toMatch(/\/list\/index\.m3u8$/)
  expect((await list.poll()).text).toBe('bytes')
  await until('hls', async () => (await playingNow()).includes('list as hls'))
  const asked = origin.seen.filter(({ url }) => url === ODD.list).length
  expect((await (await open('moved')).get('index.m3u8')).text).toContain('#EXTINF:4,\n@/')
  await open('list')
  expect(origin.seen.filter(({ url }) => url === ODD.list).length).toBeLessThanOrEqual(asked + 2)

  const dash = await open('mpd')
  expect(dash.entry).toMatch(/\/mpd\/manifest\.mpd$/)
  expect((await dash.get('manifest.mpd')).text).toMatch(/<BaseURL>@\/~/)
  await until('dash', async () => (await playingNow()).includes('mpd as dash'))

  const stream = await open('ts')
  expect(stream.entry).toMatch(/\/ts\/x-mpegts$/)
  const running = await flow(`${service.edge}${stream.entry}`, {
    'X-Forwarded-For': '192.168.70.5',
  })
  await until('bytes', () => running.bytes() > 5_000)
  await until('mpegts', async () => (await playingNow()).includes('ts as mpegts'))
  running.hangUp()
  await until('its end', async () => !(await playingNow()).includes('ts as mpegts'))
  // Nothing answers there: it stays what such addresses mostly are.
  expect((await open('gone')).entry).toMatch(/\/gone\/play$/)
})

test('brotli that nobody asked for is unpacked; what is none, or too much, is the origin’s fault', async () => {
  const { token } = await admin.account(1)
  const who = viewer(service.edge, { token, address: '192.168.70.6' })
  const path = ODD.packed
  const list = `#EXTM3U\n#EXT-X-TARGETDURATION:4\n${'#EXTINF:4,Тест\n/other/seg.ts\n'.repeat(30_000)}`
  origin.encodings.set(path, 'br')
  const channel = await who.play('packed')
  for (const [body, status] of [
    [brotliCompressSync(list), 200],
    [Buffer.from('no brotli'), 502],
    [brotliCompressSync(Buffer.alloc(20_000_000, '#')), 502],
  ] as const) {
    origin.files.set(path, { type: 'application/vnd.apple.mpegurl', body })
    const answer = await channel.get(`play.m3u8?of=${body.length}`)
    expect([answer.status, answer.reason]).toEqual([
      status,
      status === 200 ? null : 'origin.unreadable',
    ])
    if (status === 200) expect(answer.text).toMatch(/\n#EXTINF:4,Тест\n@\/~[\w-]+\/seg\.ts\n$/)
  }
})

test('bytes and length of a play are known to a few per cent', async () => {
  const { id, start } = await household(4)
  const at = Date.now()
  const running = await start()
  await until('some seconds of a stream', () => running.bytes() > 200_000 && Date.now() - at > 5000)
  running.hangUp()
  const [bytes, ms] = [running.bytes(), Date.now() - at]
  await until('its end', async () => (await admin.sessions(id)).length === 0)
  const written = async () =>
    (await admin.get<{ items: { endedAt: number | null }[] }>(`/history/plays?account=own:${id}`))
      .items
  await until('the history', async () => (await written()).some((it) => it.endedAt !== null))
  await service.stop()
  const store = await openStore({ url: join(service.state, 'gatehouse.duckdb') })
  const [play] = await store.history.playsOf(`own:${id}`, at - 60_000, Date.now())
  await store.close()
  expect(play).toMatchObject({ channel: 'sport-4', reason: 'session.closed' })
  // What the sockets held when the viewer hung up was sent and not taken.
  expect((play?.bytes ?? 0) / bytes).toBeGreaterThan(0.97)
  expect((play?.bytes ?? 0) / bytes).toBeLessThan(1.5)
  expect(
    Math.abs((play?.playedMs ?? (play?.endedAt ?? 0) - (play?.startedAt ?? 0)) - ms),
  ).toBeLessThan(Math.max(3000, 0.3 * ms))
})
