import { createHmac, randomBytes } from 'node:crypto'
import { Pool } from 'undici'
import type { PushMessage } from '#domain/channels/protocol'
import type { BanChanges } from '../sessions/model/ban-store.ts'

/** Address and key of an edge for pushes. */
export interface PushTarget {
  readonly edge: string
  /** `http://127.0.0.1`, `https://edge.example:8444`. */
  readonly origin: string
  readonly socketPath: string | null
  /** HMAC key of pushes over TCP; `null` on the unix socket. */
  readonly key: string | null
}

export interface PushService {
  /** Pushes to every edge; an edge that misses it gets the same with its next sync. */
  push(changes: Pick<BanChanges, 'set' | 'clear' | 'kill'>): Promise<void>
  /** Registers the push address of an edge, announced with every sync. */
  announced(target: PushTarget): void
  /** Removes a revoked edge. */
  forget(edge: string): void
  close(): Promise<void>
}

export interface PushOptions {
  readonly onMiss: (edge: string, error: unknown) => void
  readonly clock: () => number
  /** CA for the certificates of edges; the system's when not set. */
  readonly ca?: Buffer
}

const TIMEOUT_MS = 2_000
/** Milliseconds since its last sync after which an edge gets no pushes. */
const SILENT_MS = 60_000

interface Receiver {
  readonly target: PushTarget
  readonly pool: Pool
  lastSyncAt: number
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
    // The certificate is verified against the host of the edge's address.
    headers: { 'content-type': 'application/json', ...signature },
    body,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
  })
  await answer.body.dump()
  if (answer.statusCode !== 200) throw new Error(`the edge answered ${answer.statusCode}`)
}

const poolOf = (target: PushTarget, ca: Buffer | undefined): Pool =>
  new Pool(target.origin, {
    connections: 2,
    connect: {
      timeout: TIMEOUT_MS,
      ...(target.socketPath === null ? {} : { socketPath: target.socketPath }),
      ...(ca === undefined ? {} : { ca }),
    },
  })

const isSame = (a: PushTarget, b: PushTarget): boolean => a.origin === b.origin && a.key === b.key

/** Creates the service, which pushes to the edge of this machine and to those that announce an address. */
export const createPushService = (
  local: readonly PushTarget[],
  { onMiss, clock, ca }: PushOptions,
): PushService => {
  // Sequence numbers are counted separately for each start of a control plane.
  const from = randomBytes(9).toString('base64url')
  let seq = 0
  const receiverOf = (target: PushTarget): Receiver => ({
    target,
    pool: poolOf(target, ca),
    lastSyncAt: clock(),
  })
  const fixed = local.map(receiverOf)
  const remote = new Map<string, Receiver>()
  const forget = (edge: string): void => {
    const receiver = remote.get(edge)
    remote.delete(edge)
    receiver?.pool.close().catch((error: unknown) => onMiss(edge, error))
  }
  const receivers = (): Receiver[] => {
    for (const [edge, { lastSyncAt }] of remote) if (clock() - lastSyncAt > SILENT_MS) forget(edge)
    return [...fixed, ...remote.values()]
  }
  return {
    push: async ({ set, clear, kill }) => {
      if (set.length + clear.length + kill.length === 0) return
      seq += 1
      const message = { from, seq, at: clock(), set, clear, kill }
      await Promise.all(
        receivers().map(async (receiver) => {
          try {
            await send(receiver, message)
          } catch (error) {
            onMiss(receiver.target.edge, error)
          }
        }),
      )
    },
    announced: (target) => {
      const known = remote.get(target.edge)
      if (known && isSame(known.target, target)) {
        known.lastSyncAt = clock()
        return
      }
      forget(target.edge)
      remote.set(target.edge, receiverOf(target))
    },
    forget,
    close: async () => {
      await Promise.all([...fixed, ...remote.values()].map(async ({ pool }) => await pool.close()))
    },
  }
}
