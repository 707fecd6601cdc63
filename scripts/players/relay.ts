import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** One request of a player, and what it was given. */
export interface Seen {
  /** When it came, milliseconds of the clock. */
  readonly at: number
  readonly method: string
  readonly path: string
  /** Names and values in the order and spelling of the player. */
  readonly headers: readonly (readonly [string, string])[]
  /** 0 until it is answered, or where nobody answered. */
  status: number
  /** Bytes of the body so far. */
  bytes: number
  /** When the answer was over; null while it runs. */
  endedAt: number | null
}

/** Answers a request itself, or leaves it to the edge by returning false. */
export type Own = (incoming: IncomingMessage, response: ServerResponse) => boolean

/** Stands between players and the edge: passes everything on unchanged, late where that is wanted, and writes down what was asked. */
export interface Relay {
  /** `http://host:port` to play from. */
  readonly url: string
  readonly seen: readonly Seen[]
  /** Milliseconds every request is held back from now on. */
  delay: (ms: number) => void
  readonly close: () => Promise<void>
}

const pairs = (raw: readonly string[]): [string, string][] =>
  raw.flatMap((name, n): [string, string][] => (n % 2 === 0 ? [[name, raw[n + 1] ?? '']] : []))

/** Starts a relay in front of `edge` (`http://host:port`) on a free port of 127.0.0.1. */
export async function startRelay(edge: string, own: Own = () => false): Promise<Relay> {
  const { hostname, port } = new URL(edge)
  // A connection for a connection: the edge distinguishes players by them.
  const agents = new Map<Socket, Agent>()
  const agentOf = (socket: Socket): Agent => {
    const known = agents.get(socket)
    if (known !== undefined) return known
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    agents.set(socket, agent)
    socket.once('close', () => {
      agent.destroy()
      agents.delete(socket)
    })
    return agent
  }
  const seen: Seen[] = []
  let delayMs = 0
  const pass = (incoming: IncomingMessage, response: ServerResponse, entry: Seen) => {
    const { method, url: path, rawHeaders } = incoming
    const agent = agentOf(incoming.socket)
    const onward = request({ agent, hostname, port, method, path, headers: rawHeaders })
    onward.on('response', (answer) => {
      entry.status = answer.statusCode ?? 0
      response.writeHead(entry.status, answer.statusMessage, answer.rawHeaders)
      response.flushHeaders()
      answer.on('data', (chunk: Buffer) => (entry.bytes += chunk.length))
      answer.on('error', () => response.destroy())
      answer.on('close', () => (answer.complete ? undefined : response.destroy()))
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => {
      entry.endedAt = Date.now()
      onward.destroy()
    })
    onward.end()
  }
  const server = createServer({ keepAliveTimeout: 75_000 }, (incoming, response) => {
    if (own(incoming, response)) return
    const { method = '', url: path = '/' } = incoming
    const headers = pairs(incoming.rawHeaders)
    const entry: Seen = {
      at: Date.now(),
      method,
      path,
      headers,
      status: 0,
      bytes: 0,
      endedAt: null,
    }
    seen.push(entry)
    if (delayMs === 0) pass(incoming, response, entry)
    else void sleep(delayMs).then(() => pass(incoming, response, entry))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    delay: (ms) => void (delayMs = ms),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
