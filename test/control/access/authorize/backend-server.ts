import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net'

/** A real server on loopback that plays an auth backend. */
export interface BackendServer {
  readonly url: string
  /** Query of each request, in order. */
  readonly seen: URLSearchParams[]
  /** Raw headers of each request. */
  readonly headers: IncomingMessage['headers'][]
  readonly connections: () => number
  close(): Promise<void>
}

type Handler = (query: URLSearchParams, response: ServerResponse) => void

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const closing = (server: Server, sockets: Set<Socket>) => () =>
  new Promise<void>((resolve) => {
    for (const socket of sockets) socket.destroy()
    server.close(() => resolve())
  })

const tracking = (server: Server) => {
  const sockets = new Set<Socket>()
  let total = 0
  server.on('connection', (socket) => {
    total += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
  })
  return { sockets, total: () => total }
}

export const httpBackend = async (
  handler: Handler,
  tls?: { key: string; cert: string },
): Promise<BackendServer> => {
  const seen: URLSearchParams[] = []
  const headers: IncomingMessage['headers'][] = []
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const query = new URL(request.url ?? '/', 'http://backend').searchParams
    seen.push(query)
    headers.push(request.headers)
    handler(query, response)
  }
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest)
  const { sockets, total } = tracking(server)
  const port = await listen(server)
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${port}/auth.php`
  return { url, seen, headers, connections: total, close: closing(server, sockets) }
}

/** Answers each connection's first bytes with the given ones, then ends or stays silent. */
export const rawBackend = async (answer: string | null, end = true): Promise<BackendServer> => {
  const server = createTcpServer((socket) => {
    socket.once('data', () => {
      if (answer !== null) socket.write(answer, 'latin1')
      if (end) setImmediate(() => socket.destroySoon())
    })
  })
  const { sockets, total } = tracking(server)
  const url = `http://127.0.0.1:${await listen(server)}/auth.php`
  return { url, seen: [], headers: [], connections: total, close: closing(server, sockets) }
}

/** An answer with a status and headers. */
export const answering =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_query, response) => {
    response.writeHead(status, headers).end('ignored')
  }

/** An address nobody listens at. */
export const nobodyThere = async (): Promise<string> => {
  const server = await httpBackend(answering(200))
  await server.close()
  return server.url
}
