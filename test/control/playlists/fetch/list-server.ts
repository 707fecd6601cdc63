import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the server does with the next requests. */
export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void

/** A web server of a list that can be told to misbehave. */
export interface ListServer {
  readonly url: string
  /** Requests so far: `conditional` or `plain`. */
  readonly seen: string[]
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

/** Answers with a body and an ETag, and 304 to whoever has it. */
export const serving =
  (body: string | Buffer, etag: string, headers: Record<string, string> = {}): Behaviour =>
  (request, response) => {
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
    else response.writeHead(200, { etag, ...headers }).end(body)
  }

export const startListServer = async (): Promise<ListServer> => {
  let behaviour: Behaviour = (_, response) => response.writeHead(404).end()
  const seen: string[] = []
  const listener: RequestListener = (request, response) => {
    seen.push(request.headers['if-none-match'] ? 'conditional' : 'plain')
    behaviour(request, response)
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const isAddress = (value: unknown): value is AddressInfo =>
    typeof value === 'object' && value !== null
  const address = server.address()
  return {
    url: `http://127.0.0.1:${isAddress(address) ? address.port : 0}/lists/all.m3u`,
    seen,
    behave: (next) => {
      behaviour = next
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
