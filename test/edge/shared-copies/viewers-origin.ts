import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What an origin answers to one request; status 0 = it closes the connection. */
export interface Written {
  readonly text: string
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Writes a manifest; `count` = how often its path was asked for, this time included. */
type Write = (request: IncomingMessage, count: number) => Written | string

/** A real origin that may write a manifest for each viewer. */
export interface ViewersOrigin {
  readonly url: string
  /** By path. */
  readonly written: Map<string, Write>
  /** Requests by path. */
  readonly counts: Map<string, number>
  stop(): Promise<void>
}

/** Starts one on a port of its own. */
export const startViewersOrigin = async (): Promise<ViewersOrigin> => {
  const written: ViewersOrigin['written'] = new Map()
  const counts: ViewersOrigin['counts'] = new Map()
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    const answer = written.get(path)?.(request, count) ?? { text: 'no', status: 404 }
    const {
      text,
      status = 200,
      headers = {},
    } = typeof answer === 'string' ? { text: answer } : answer
    const type = text.startsWith('#EXTM3U')
      ? 'application/vnd.apple.mpegurl'
      : 'application/dash+xml'
    if (status === 0) request.socket.destroy()
    else response.writeHead(status, { 'Content-Type': type, ...headers }).end(text)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    written,
    counts,
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => void server.close(() => resolve()))
    },
  }
}
