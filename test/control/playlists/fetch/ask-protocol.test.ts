import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Protocol } from '#domain/types'
import {
  createAskProtocol,
  type KnownProtocols,
} from '../../../../control/playlists/fetch/ask-protocol.ts'

const answers: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/live.php': ['application/vnd.apple.mpegurl', '#EXTM3U\n'],
  '/typed-audio': ['audio/x-mpegurl', '#EXTM3U\n'],
  '/plain': ['text/plain', '\uFEFF\r\n#EXTM3U\n'],
  '/binary': ['application/octet-stream', '#EXTM3U\n'],
  '/mpd': ['application/dash+xml', '<MPD/>'],
  '/xml': ['text/xml', '<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'],
  '/udp/239.0.0.1:1234': ['application/octet-stream', 'G'.repeat(188)],
  '/page': ['text/html', '<html>'],
}
let asked: string[] = []
let server: Server
let url = ''
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    if (path === '/moved') return void response.writeHead(302, { Location: '/live.php' }).end()
    if (path === '/login')
      return void response
        .writeHead(302, { Location: `http://u:p@${request.headers.host}/locked` })
        .end()
    if (path === '/locked' && request.headers.authorization === `Basic ${btoa('u:p')}`)
      return void response.writeHead(302, { Location: '/live.php' }).end()
    if (path === '/away')
      return void response.writeHead(302, { Location: 'http://192.0.2.1/live.php' }).end()
    // A stream never ends: its head has to be enough.
    if (path === '/endless')
      return void response.writeHead(200, { 'Content-Type': 'video/mp2t' }).write('G')
    const [type, body] = answers[path] ?? []
    if (type === undefined) return void response.writeHead(404).end()
    return void response.writeHead(200, { 'Content-Type': type }).end(body)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => void server.close(resolve))
})

/** What this process learned, and nobody else. */
const memory = (now: () => number = Date.now): KnownProtocols => {
  const known = new Map<string, { protocol: Protocol; at: number }>()
  return {
    of: (at) => known.get(at) ?? null,
    learn: (at, protocol) => void known.set(at, { protocol, at: now() }),
  }
}
const sameOrigin = (from: string, to: string) => from === to

test.each([
  ['/live.php', 'hls'],
  ['/typed-audio', 'hls'],
  ['/plain', 'hls'],
  ['/binary', 'hls'],
  ['/moved', 'hls'],
  ['/login', 'hls'],
  ['/mpd', 'dash'],
  ['/xml', 'dash'],
  ['/udp/239.0.0.1:1234', 'mpegts'],
  ['/endless', 'mpegts'],
  ['/page', null],
  ['/nothing', null],
  ['/away', null],
])('%s is %s', async (path, protocol) => {
  expect(await createAskProtocol(sameOrigin, memory())(url + path)).toBe(protocol)
})

test('an origin is asked once for all, and again when an hour has passed or nobody answered', async () => {
  let now = 0
  const ask = createAskProtocol(
    sameOrigin,
    memory(() => now),
    { now: () => now },
  )
  asked = []
  expect(await Promise.all([ask(`${url}/mpd`), ask(`${url}/mpd`)])).toEqual(['dash', 'dash'])
  await ask(`${url}/nothing`)
  now = 31_000
  await ask(`${url}/mpd`)
  await ask(`${url}/nothing`)
  expect(asked).toEqual(['/mpd', '/nothing', '/nothing'])
  now = 3_600_001
  await ask(`${url}/mpd`)
  expect(asked.at(-1)).toBe('/mpd')
})

test('nobody there is no answer', async () => {
  expect(await createAskProtocol(sameOrigin, memory())('http://127.0.0.1:1/x')).toBeNull()
})

test('what another control plane learned is asked again when an hour has passed, and its answer passed on', async () => {
  const known = memory(() => 0)
  known.learn(`${url}/live.php`, 'mpegts')
  let now = 3_599_000
  const ask = createAskProtocol(sameOrigin, known, { now: () => now })
  asked = []
  expect(await ask(`${url}/live.php`)).toBe('mpegts')
  expect(asked).toEqual([])
  now = 3_600_001
  expect(await ask(`${url}/live.php`)).toBe('hls')
  expect(known.of(`${url}/live.php`)?.protocol).toBe('hls')
})
