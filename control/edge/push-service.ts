import { createHmac } from 'node:crypto'
import { Pool } from 'undici'
import type { PushMessage } from '#domain/protocol'
import type { BanChanges } from '../sessions/session-store.ts'

/** An edge that takes pushes. */
export interface PushTarget {
  readonly edge: string
  /** `http://127.0.0.1`, `https://edge.example:8444`. */
  readonly origin: string
  readonly socketPath: string | null
  /** Signs pushes that leave the machine; `null` on the unix socket. */
  readonly key: Uint8Array | null
}

export interface PushService {
  /** Tells every edge at once; an edge that misses it hears by its next sync. */
  push(changes: Pick<BanChanges, 'set' | 'clear' | 'kill'>): Promise<void>
  close(): Promise<void>
}

const TIMEOUT_MS = 2_000

interface Receiver {
  readonly target: PushTarget
  readonly pool: Pool
}

const send = async ({ target, pool }: Receiver, message: PushMessage): Promise<void> => {
  const body = JSON.stringify(message)
  const signed = `${message.at}.${message.seq}.${body}`
  const signature = target.key
    ? { 'x-gh-signature': createHmac('sha256', target.key).update(signed).digest('hex') }
    : {}
  const answer = await pool.request({
    method: 'POST',
    path: '/push',
    headers: { 'content-type': 'application/json', host: 'edge', ...signature },
    body,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  await answer.body.dump()
}

export const createPushService = (
  targets: readonly PushTarget[],
  onMiss: (edge: string, error: unknown) => void,
): PushService => {
  // Starts at the clock so that a restarted control plane never repeats a number an edge has seen.
  let seq = Date.now()
  const receivers = targets.map<Receiver>((target) => ({
    target,
    pool: new Pool(target.origin, {
      connections: 2,
      connectTimeout: TIMEOUT_MS,
      ...(target.socketPath === null ? {} : { socketPath: target.socketPath }),
    }),
  }))
  return {
    push: async ({ set, clear, kill }) => {
      if (set.length + clear.length + kill.length === 0) return
      seq += 1
      const message = { seq, at: Date.now(), set, clear, kill }
      await Promise.all(
        receivers.map(async (receiver) => {
          try {
            await send(receiver, message)
          } catch (error) {
            onMiss(receiver.target.edge, error)
          }
        }),
      )
    },
    close: async () => {
      await Promise.all(receivers.map(async ({ pool }) => await pool.close()))
    },
  }
}
