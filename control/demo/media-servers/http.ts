import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'

/** How a server answers from now on, faults included. */
export type Mood =
  | 'well'
  /** JSON that is cut off, with a length that fits. */
  | 'garbage'
  | 'web page'
  | 'server error'
  /** Takes connections and says nothing. */
  | 'silent'
  /** Answers after a second. */
  | 'slow'
  /** Closes the connection in the middle of the answer. */
  | 'cut'
  /** 429 with `Retry-After`. */
  | 'throttled'

/** One request. */
export interface Asked {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** One answer; without a body where there is none. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
  readonly type?: string
}

/** How a server of a kind answers. */
export interface Behaviour {
  readonly answer: (asked: Asked) => Answer
  /** Takes a request that is answered for as long as it is listened to. */
  readonly stream?: (asked: Asked, response: ServerResponse) => boolean
  /** Takes a WebSocket; the status of a refusal otherwise. */
  readonly socket?: (asked: Asked) => number | ((socket: WebSocket) => void)
}

/** A server that listens on loopback. */
export interface RunningServer {
  readonly url: string
  setMood(mood: Mood): void
  /** `GET /path` of every request, in order, without its query. */
  readonly requests: () => readonly string[]
  connections(): Promise<number>
  close(): Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString('utf8')
}

const write = (response: ServerResponse, { status, json, text, type }: Answer): void => {
  if (json === undefined && text === undefined) {
    response.writeHead(status).end()
    return
  }
  const body = text ?? JSON.stringify(json)
  response.writeHead(status, {
    'content-type': type ?? 'application/json',
    'content-length': Buffer.byteLength(body),
  })
  response.end(body)
}

const misbehave = async (
  mood: Exclude<Mood, 'well' | 'slow'>,
  response: ServerResponse,
  answer: () => Answer,
): Promise<void> => {
  if (mood === 'silent') return
  if (mood === 'garbage') return write(response, { status: 200, text: '{"cut":[{"off' })
  if (mood === 'web page')
    return write(response, { status: 200, text: '<!doctype html><p>hello', type: 'text/html' })
  if (mood === 'server error')
    return write(response, { status: 500, text: 'Internal Server Error' })
  if (mood === 'throttled') {
    response.writeHead(429, { 'retry-after': '2' }).end()
    return
  }
  const { json, text } = answer()
  const body = text ?? JSON.stringify(json ?? {})
  response.writeHead(200, { 'content-length': body.length + 100 })
  response.write(body)
  await pause(20)
  response.destroy()
}

const askedOf = (request: IncomingMessage, body: string): Asked => ({
  method: request.method ?? 'GET',
  url: new URL(request.url ?? '/', 'http://server'),
  headers: request.headers,
  body,
})

/** Where a server listens, and what clock its `Date` headers show. */
export interface ServerOptions {
  readonly host?: string
  readonly port?: number
  readonly clock?: () => number
}

/** Starts a server of a kind; port 0 takes a free one. */
export const startServer = async (
  behaviour: Behaviour,
  { host = '127.0.0.1', port = 0, clock }: ServerOptions = {},
): Promise<RunningServer> => {
  let mood: Mood = 'well'
  const requests: string[] = []
  const sockets = new Set<Socket | Duplex>()
  const upgrades = new WebSocketServer({ noServer: true })
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = askedOf(request, await bodyOf(request))
    requests.push(`${asked.method} ${asked.url.pathname}`)
    if (clock !== undefined) response.setHeader('date', new Date(clock()).toUTCString())
    if (mood !== 'well' && mood !== 'slow')
      return await misbehave(mood, response, () => behaviour.answer(asked))
    if (mood === 'slow') await pause(1000)
    if (behaviour.stream?.(asked, response) !== true) write(response, behaviour.answer(asked))
  }
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    const asked = askedOf(request, '')
    requests.push(`UPGRADE ${asked.url.pathname}`)
    const taken = mood === 'well' ? (behaviour.socket?.(asked) ?? 404) : 503
    if (typeof taken === 'number') socket.end(`HTTP/1.1 ${taken} No\r\nconnection: close\r\n\r\n`)
    else upgrades.handleUpgrade(request, socket, head, taken)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const own = typeof address === 'object' && address !== null ? address.port : port
  return {
    url: `http://${host}:${own}`,
    setMood: (next) => {
      mood = next
    },
    requests: () => requests,
    connections: async () => await Promise.resolve(sockets.size),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
