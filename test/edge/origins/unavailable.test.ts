import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tempDir } from '../../support/cleanup.ts'
import { startHttps } from '../../support/other-servers/https-server.ts'
import { makeCa } from '../../support/programs/certificates.ts'
import { freePort, until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

/** What an origin does with each connection, once it was asked. */
const DEEDS: Readonly<Record<string, (socket: Socket) => void>> = {
  closes: (socket) => socket.destroy(),
  breaks: (socket) =>
    socket.write(
      'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\nContent-Le',
      () => socket.destroy(),
    ),
  says502: (socket) =>
    socket.end(
      'HTTP/1.1 502 Bad Gateway\r\nX-Gh-Unreachable: 1\r\nX-Gh-Reason: origin.unreachable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ),
  says504: (socket) =>
    socket.end('HTTP/1.1 504 Gateway Time-out\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
}

let rig: Rig
/** Connections to an origin that says nothing. */
const silenced: Socket[] = []

const HALF = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nseg1.ts\n'
const drips = (socket: Socket, head: string): void => {
  socket.write(`${head}${HALF}`)
  const timer = setInterval(() => socket.write('#'), 500)
  socket.on('close', () => clearInterval(timer))
}
const LISTS = 'HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\n'

/** How an origin begins a manifest that never ends. */
const STALLS: Readonly<Record<string, (socket: Socket) => void>> = {
  'with-length': (socket) => socket.write(`${LISTS}Content-Length: 100000\r\n\r\n${HALF}`),
  'in-chunks': (socket) =>
    socket.write(
      `${LISTS}Transfer-Encoding: chunked\r\n\r\n${HALF.length.toString(16)}\r\n${HALF}\r\n`,
    ),
  'by-drops': (socket) => drips(socket, `${LISTS}Content-Length: 100000\r\n\r\n`),
  'until-closed': (socket) => drips(socket, `${LISTS}Connection: close\r\n\r\n`),
  mute: () => undefined,
}
/** Connections to each, while they last. */
const stalled: Record<string, Set<Socket>> = {}
const counts: Record<string, number> = {}
const origins: Record<string, string> = {}
const stalling: Record<string, string> = {}
const stops: (() => unknown)[] = []

const listen = async (deed: (socket: Socket) => void): Promise<string> => {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => deed(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  stops.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => void server.close(resolve))
  })
  const at = server.address()
  return `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}`
}

beforeAll(async () => {
  for (const [name, deed] of Object.entries(DEEDS)) origins[name] = await listen(deed)
  const folder = await tempDir()
  stops.push(folder.remove)
  const stranger = await makeCa(folder.path, 'stranger')
  const https = await startHttps(await stranger.issue('of-stranger'), (_, response) => {
    response.end('#EXTM3U\nx.ts\n')
  })
  stops.push(https.stop)
  origins['untrusted'] = `https://localhost:${https.port}`
  origins['down'] = `http://127.0.0.1:${await freePort()}`
  origins['nameless'] = 'http://no-such-host.invalid'
  const silent = await listen((socket) => void silenced.push(socket))
  for (const [name, deed] of Object.entries(STALLS)) {
    const open = new Set<Socket>()
    stalled[name] = open
    counts[name] = 0
    stalling[name] = await listen((socket) => {
      counts[name] = (counts[name] ?? 0) + 1
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      deed(socket)
    })
  }
  rig = await startRig(
    (stub, healthy) => {
      healthy.files.set('/good/index.m3u8', {
        type: 'application/vnd.apple.mpegurl',
        body: `${HALF}#EXT-X-ENDLIST\n`,
      })
      stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true, cap: 0 })] }
      const rows = Object.entries(origins).flatMap(([name, origin]) => [
        [name, { origin, base: `/${name}/` }] as const,
        [
          `${name}-ts`,
          { origin, base: `/${name}-ts/`, entry: 'live.ts', protocol: 'mpegts' },
        ] as const,
      ])
      stub.tables.channels.rows = channelRows({
        ...Object.fromEntries(rows),
        ...Object.fromEntries(
          Object.entries(stalling).map(([name, url]) => [name, { origin: url, base: `/${name}/` }]),
        ),
        good: { origin: healthy.url, base: '/good/' },
        silent: { origin: silent, base: '/silent/', entry: 'live.ts', protocol: 'mpegts' },
      })
    },
    // Those of a name the machine itself knows are resolved at the start; others by a resolver, and here is none.
    (it) => ({ ...it, origins: [...it.origins, origins['untrusted'] ?? ''] }),
  )
})
afterAll(async () => {
  await rig?.stop()
  for (const stop of stops.toReversed()) await stop()
})

const open = async (channel: string, file: string): Promise<string> => {
  const ticket = rig.ticket({ account: `own:${channel}` })
  const opened = await rig.get(`/live/${ticket}/${channel}/${file}`)
  expect(opened.status).toBe(302)
  return opened.headers.get('location') ?? ''
}

test('an origin without a connection, and one without an answer, are told apart: to players and to control', async () => {
  const asked = Object.keys(origins).map(async (name) => {
    const [list, stream] = await Promise.all([
      open(name, 'index.m3u8'),
      open(`${name}-ts`, 'live.ts'),
    ])
    const paths = [list, list.replace(/[^/]*$/, 'seg.ts'), stream]
    const answers = await Promise.all(paths.map((path) => rig.get(path)))
    return [name, answers.map(({ status, reason, text }) => `${status} ${reason} ${text.trim()}`)]
  })
  const isAway = (name: string) => name === 'untrusted' || name === 'down' || name === 'nameless'
  const reasonOf = (name: string) => (isAway(name) ? 'origin.unreachable' : 'origin.failed')
  expect(Object.fromEntries(await Promise.all(asked))).toEqual(
    Object.fromEntries(
      Object.keys(origins).map((name) => {
        const reason = reasonOf(name)
        return [name, Array.from({ length: 3 }, () => `502 ${reason} ${reason}`)]
      }),
    ),
  )
  const reported = () =>
    rig.stub.syncs.flatMap(({ failures = [] }) => failures.map((row) => row.join(' ')))
  const expected = Object.entries(origins).map(([name, origin]) => `${origin} ${reasonOf(name)}`)
  await until('reports of each', () => expected.every((row) => reported().includes(row)), 10_000)
  // And of nothing else; again where control's answer came late.
  expect([...new Set(reported())].toSorted()).toEqual(expected.toSorted())
}, 60_000)

test('an origin that says nothing, or stalls in the middle of a manifest, is asked once; who waits is told, and others are not held', async () => {
  const stream = open('silent', 'live.ts').then(async (path) => await rig.get(path))
  const lists = Object.keys(stalling).flatMap((name) => [name, `${name} held`])
  const waiting = lists.map(async (name) => {
    const [channel = '', isHeld] = name.split(' ')
    const path = await open(channel, 'index.m3u8')
    const url = isHeld === undefined ? path : `${path}?_HLS_msn=7&_HLS_part=1`
    const all = await Promise.all(Array.from({ length: 3 }, () => rig.get(url)))
    return [name, new Set(all.map(({ status, reason }) => `${status} ${reason}`))] as const
  })
  await until('questions', () => Object.values(counts).every((count) => count === 2), 10_000)
  const good = await open('good', 'index.m3u8')
  for (let turn = 0; turn < 5; turn += 1) expect((await rig.get(good)).status).toBe(200)
  const answers = await Promise.all(waiting)
  expect(answers).toEqual(lists.map((name) => [name, new Set(['502 origin.failed'])]))
  // A list and a blocking reload of each.
  expect(counts).toEqual(Object.fromEntries(Object.keys(stalling).map((name) => [name, 2])))
  await until('no connection is kept', () => Object.values(stalled).every((it) => it.size === 0))
  const { status, reason } = await stream
  expect([status, reason, silenced.length]).toEqual([502, 'origin.failed', 1])
}, 60_000)
