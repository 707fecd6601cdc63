import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Somebody who wants to play. */
export interface Viewer {
  readonly token: string
  readonly address: string
  readonly stream?: string
  /** Protocol by the server's name for it; its first one when left out. */
  readonly protocol?: string
}

/** A playback at a stand-in. */
export interface Playback {
  /** Whether the server lets it go on. */
  readonly isPlaying: () => boolean
  /** Status of the hook's answer. */
  readonly status: number
  readonly leave: () => Promise<void>
}

/** A stand-in for another server. */
export interface StandIn {
  readonly kind: string
  readonly protocols: readonly string[]
  /** Whether the server can be asked to end a playback. */
  readonly canKick: boolean
  readonly play: (viewer: Viewer) => Promise<Playback>
  /** Sends a text as the body of a request to our hook. */
  readonly send: (body: string) => Promise<Response>
  /** The server ends everything without a word, as after a crash. */
  readonly crash: () => void
  /** Its interface answers 500 while away. */
  readonly away: (isAway: boolean) => void
  readonly close: () => Promise<void>
  /** Settings of `hooks.servers` for it. */
  readonly settings: Readonly<Record<string, unknown>>
}

/** Starts an HTTP interface on a free port of 127.0.0.1. */
export const startApi = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly url: string; close(): Promise<void> }> => {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () =>
      await new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

/** Answers with JSON. */
export const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** Posts JSON text to a hook. */
export const post = async (
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> =>
  await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })
