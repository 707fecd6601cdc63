import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** How long a request is held at most: it looks again then, for whoever went for its playlist may be gone. */
const HOLD_MS = 3_000
/** The same of a request that waits for one which has not begun to fetch yet. */
const SOON_MS = 300
const SWEEP_MS = 100
/** Longer than nginx keeps a connection that is not used. */
const IDLE_MS = 120_000

/** Where nginx goes on: with what was waited for, or to look whether it is still under way. */
const RELEASED = { 'X-Accel-Redirect': '/_gatehouse/reload-released', 'Content-Length': '0' }
const AGAIN = { 'X-Accel-Redirect': '/_gatehouse/reload', 'Content-Length': '0' }

interface Waiter {
  readonly response: ServerResponse
  /** Unix ms. */
  readonly until: number
}

/** Requests that wait, by what they wait for. A waiter costs no more than a connection here; in nginx each would hold a JavaScript context. */
class Room {
  private readonly waiters = new Map<string, Set<Waiter>>()
  /** What came a moment ago, and until when whoever comes late is told so, in Unix ms. */
  private readonly freed = new Map<string, number>()
  /** Runs while anybody waits. */
  private timer: NodeJS.Timeout | undefined

  hold(key: string, forMs: number, response: ServerResponse): void {
    if (key === '' || this.freed.has(key)) return go(response, RELEASED)
    this.watch()
    const waiter = { response, until: Date.now() + forMs }
    const others = this.waiters.get(key)
    if (others === undefined) this.waiters.set(key, new Set([waiter]))
    else others.add(waiter)
    response.on('close', () => this.leave(key, waiter))
  }

  /** What came is known for `keptMs` more: to whoever was on the way here. */
  free(key: string, keptMs: number): void {
    this.watch()
    this.freed.set(key, Date.now() + keptMs)
    const waiters = this.waiters.get(key)
    this.waiters.delete(key)
    for (const { response } of waiters ?? []) go(response, RELEASED)
  }

  /** Sends those to look again who have waited long, and forgets what came long ago. */
  private sweep(now: number): void {
    for (const [key, waiters] of this.waiters)
      for (const waiter of waiters) {
        if (waiter.until > now) continue
        this.leave(key, waiter)
        go(waiter.response, AGAIN)
      }
    for (const [key, until] of this.freed) if (until <= now) this.freed.delete(key)
  }

  close(): void {
    clearInterval(this.timer)
  }

  private watch(): void {
    this.timer ??= setInterval(() => {
      this.sweep(Date.now())
      if (this.waiters.size > 0 || this.freed.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    }, SWEEP_MS).unref()
  }

  private leave(key: string, waiter: Waiter): void {
    const waiters = this.waiters.get(key)
    if (waiters?.delete(waiter) === true && waiters.size === 0) this.waiters.delete(key)
  }
}

const go = (response: ServerResponse, headers: Readonly<Record<string, string>>): void =>
  void response.writeHead(200, headers).end()

const header = ({ headers }: IncomingMessage, name: string): string => String(headers[name] ?? '')

/**
 * Opens the room where nginx has blocking reloads, and newcomers in a crowd, wait for what another request has gone for, on a unix socket; returns what closes it. Without it nginx lets them wait in JavaScript contexts.
 */
export async function openWaitingRoom(socket: string): Promise<() => void> {
  const room = new Room()
  const server = createServer((request, response) => {
    response.sendDate = false
    const key = header(request, 'x-gh-key')
    if (request.url === '/held')
      return room.hold(key, header(request, 'x-gh-soon') === '' ? HOLD_MS : SOON_MS, response)
    room.free(key, Number(header(request, 'x-gh-kept')))
    go(response, {})
  })
  server.keepAliveTimeout = IDLE_MS
  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path: socket, backlog: 4096 }, resolve)
  })
  // The folder guards it, as it does nginx's own.
  chmodSync(socket, 0o666)
  return () => {
    room.close()
    server.close()
    server.closeAllConnections()
  }
}
