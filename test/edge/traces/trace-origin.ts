import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An origin of many channels whose lists and segments are made as they are asked for. */
export interface TraceOrigin {
  readonly url: string
  stop(): Promise<void>
}

const SEGMENT_MS = 1000
const SEGMENT = Buffer.alloc(188 * 20, 0x47)
const LENGTH = 6

const livePlaylist = (now: number): string => {
  const newest = Math.floor(now / SEGMENT_MS)
  const numbers = Array.from({ length: LENGTH }, (_, at) => newest - LENGTH + 1 + at)
  const lines = numbers.flatMap((number) => ['#EXTINF:1.0,', `${number}.ts`])
  const head = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:1']
  return [...head, `#EXT-X-MEDIA-SEQUENCE:${numbers[0]}`, ...lines, ''].join('\n')
}

/** A channel of the origin: HLS, or one endless MPEG-TS answer. */
export interface TraceChannel {
  readonly name: string
  readonly isStream: boolean
}

const PIECE_MS = 200

/** Sends MPEG-TS until the other side has had enough. */
const stream = (response: ServerResponse): void => {
  response.writeHead(200, { 'Content-Type': 'video/mp2t' })
  const timer = setInterval(() => response.write(SEGMENT), PIECE_MS)
  response.on('close', () => clearInterval(timer))
}

const answer = (path: string, channels: readonly TraceChannel[], response: ServerResponse) => {
  if (path === '/playlist.m3u') {
    const { localAddress, localPort } = response.socket ?? {}
    const entries = channels.map(
      ({ name, isStream }) =>
        `#EXTINF:-1,${name}\nhttp://${localAddress}:${localPort}/${name}/${isStream ? 'mpegts' : 'index.m3u8'}`,
    )
    return void response.end(`#EXTM3U\n${entries.join('\n')}\n`)
  }
  if (path.endsWith('/mpegts')) return stream(response)
  const type = path.endsWith('.ts') ? 'video/mp2t' : 'application/vnd.apple.mpegurl'
  const body = path.endsWith('.ts') ? SEGMENT : Buffer.from(livePlaylist(Date.now()))
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length }).end(body)
}

/** Starts one with the named channels. */
export async function startTraceOrigin(channels: readonly TraceChannel[]): Promise<TraceOrigin> {
  const server = createServer((request, response) => {
    answer((request.url ?? '').split('?')[0] ?? '', channels, response)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
