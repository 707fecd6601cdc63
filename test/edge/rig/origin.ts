import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a path answers; 200 where no status is given. */
interface TestFile {
  readonly type: string
  readonly body: string | Buffer
  readonly status?: number
}

/** A real origin: files by path, a stream that never ends, and a note of everything asked. */
export interface TestOrigin {
  readonly url: string
  readonly port: number
  /** `*` stands for every path that has none of its own. */
  readonly files: Map<string, TestFile>
  /** Where a path's 302 leads. */
  readonly moved: Map<string, string>
  /** `Content-Encoding` of a path's file. */
  readonly encodings: Map<string, string>
  /** Paths whose next answer ends in its middle, and whether its length was said before. */
  readonly brokenOff: Map<string, 'said' | 'chunked'>
  /** How long a path's answer is held, ms. */
  readonly held: Map<string, number>
  /** Headers beside a path's answer, its redirection as well. */
  readonly headers: Map<string, OutgoingHttpHeaders>
  readonly seen: { method: string; url: string; headers: IncomingMessage['headers'] }[]
  /** Bodies of requests, in pieces as they came. */
  readonly bodies: string[]
  /** What a path that runs for ever answers in place of its stream. */
  readonly streamed: Map<string, { type: string; text: string; headers: OutgoingHttpHeaders }>
  /** Connections of `/live.ts` still open. */
  readonly streams: Set<ServerResponse>
  stop(): Promise<void>
}

const TICK_MS = 50

/** Starts one, on a port of its own or a given one. Paths that end in `stream.ts` or `mpegts` run for ever. */
export async function startOrigin(at = 0, host = '127.0.0.1'): Promise<TestOrigin> {
  const files = new Map<string, TestFile>()
  const moved: TestOrigin['moved'] = new Map()
  const encodings: TestOrigin['encodings'] = new Map()
  const brokenOff: TestOrigin['brokenOff'] = new Map()
  const held: TestOrigin['held'] = new Map()
  const headers: TestOrigin['headers'] = new Map()
  const streamed: TestOrigin['streamed'] = new Map()
  const seen: TestOrigin['seen'] = []
  const bodies: TestOrigin['bodies'] = []
  const streams = new Set<ServerResponse>()
  const server: Server = createServer(
    { maxHeaderSize: 65_536, joinDuplicateHeaders: true },
    (request, response) => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers })
      request.on('data', (piece: Buffer) => bodies.push(piece.toString()))
      const path = (request.url ?? '').split('?')[0] ?? ''
      const location = moved.get(path)
      for (const [name, value] of Object.entries(headers.get(path) ?? {}))
        response.setHeader(name, value ?? '')
      if (location !== undefined) return void response.writeHead(302, { Location: location }).end()
      if (/(?:stream\.ts|mpegts)$/.test(path)) return run(request, response)
      const ms = held.get(path) ?? 0
      if (ms === 0) serve(path, request, response)
      else setTimeout(() => serve(path, request, response), ms)
    },
  )
  const run = (request: IncomingMessage, response: ServerResponse): void => {
    const text = streamed.get((request.url ?? '').split('?')[0] ?? '')
    if (text !== undefined)
      return void response
        .writeHead(200, { 'Content-Type': text.type, ...text.headers })
        .end(text.text)
    response.writeHead(200, { 'Content-Type': 'video/mp2t' })
    if (request.method === 'HEAD') return void response.end()
    streams.add(response)
    const packet = Buffer.alloc(188 * 7, 0x47)
    const timer = setInterval(() => response.write(packet), TICK_MS)
    response.on('close', () => {
      clearInterval(timer)
      streams.delete(response)
    })
  }
  const serve = (path: string, request: IncomingMessage, response: ServerResponse): void => {
    const file = files.get(path) ?? files.get('*')
    if (file === undefined) return void response.writeHead(404).end('no')
    const body = Buffer.from(file.body)
    const length = brokenOff.get(path)
    if (length !== undefined) {
      brokenOff.delete(path)
      const said = length === 'said' ? { 'Content-Length': body.length } : {}
      response.writeHead(200, { 'Content-Type': file.type, ...said })
      const half = body.subarray(0, body.length / 2)
      return void response.write(half, () => response.destroy())
    }
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const encoding = encodings.get(path)
    const head = {
      'Content-Type': file.type,
      'Accept-Ranges': 'bytes',
      ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
    }
    if (range === null || file.status !== undefined) {
      response.writeHead(file.status ?? 200, { ...head, 'Content-Length': body.length })
      return void response.end(request.method === 'HEAD' ? undefined : body)
    }
    const from = Number(range[1])
    const to = range[2] === '' ? body.length - 1 : Math.min(body.length - 1, Number(range[2]))
    const part = body.subarray(from, to + 1)
    response.writeHead(206, {
      ...head,
      'Content-Length': part.length,
      'Content-Range': `bytes ${from}-${to}/${body.length}`,
    })
    response.end(part)
  }
  await new Promise<void>((resolve) => void server.listen(at, host, resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    files,
    moved,
    encodings,
    brokenOff,
    held,
    headers,
    streamed,
    seen,
    bodies,
    streams,
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
