import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a service got it. */
export interface Got {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly json: Record<string, unknown>
  readonly at: number
}

/** What a service answers. */
export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The connection is cut after the request was read. */
  readonly cut?: boolean
  /** It never answers. */
  readonly isSilent?: boolean
}

/** A service of the test's own, on a loopback port. */
export interface FakeService {
  readonly url: string
  /** Every request, refused ones too. */
  readonly requests: readonly Got[]
  /** Requests it took. */
  readonly taken: readonly Got[]
  /** Answers the next requests so, one after the other, whatever they are. */
  next(...replies: readonly Reply[]): void
  stop(): Promise<void>
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}

const gotOf = async (request: IncomingMessage): Promise<Got> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://fake')
  const body = await readBody(request)
  const headers = request.headers as Record<string, string>
  let json: Record<string, unknown> = {}
  try {
    json = JSON.parse(body) as Record<string, unknown>
  } catch {
    // The service says so itself.
  }
  const about = { method: request.method ?? '', path: pathname, query: searchParams }
  return { ...about, headers, body, json, at: Date.now() }
}

/** Starts a service that answers what `answer` says of a request. */
export async function startFakeService(answer: (got: Got) => Reply): Promise<FakeService> {
  const requests: Got[] = []
  const taken: Got[] = []
  const forced: Reply[] = []
  const server = createServer((request, response) => {
    void (async () => {
      const got = await gotOf(request)
      requests.push(got)
      const reply = forced.shift() ?? answer(got)
      if (reply.status < 300 && reply.cut !== true && reply.isSilent !== true) taken.push(got)
      if (reply.isSilent === true) return undefined
      if (reply.cut === true) return request.socket.destroy()
      const isText = typeof reply.body === 'string'
      response.writeHead(reply.status, {
        'content-type': isText ? 'text/plain' : 'application/json',
        ...reply.headers,
      })
      if (reply.body === undefined) return response.end()
      return response.end(isText ? reply.body : JSON.stringify(reply.body))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    taken,
    next: (...replies) => void forced.push(...replies),
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
