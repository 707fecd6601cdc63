import { randomUUID } from 'node:crypto'
import type { Store } from '../../store/store.ts'
import type { DestinationBook, OpenDestination } from '../model/book.ts'
import type { NoticeLog } from '../model/notifier.ts'
import { packDeliveries } from './pack.ts'
import { routeNotices } from './route.ts'
import { sendMessage } from './send.ts'

/** Delivers notices in rounds. */
export interface Outbox {
  /** One round: routes, packs and sends; destinations are independent of each other. */
  round(): Promise<void>
  /** Makes the next round look for notices at once; otherwise it does every few seconds. */
  wake(): void
  /** Resolves when nothing is being sent any more. */
  settled(): Promise<void>
  /** Deletes old notices and messages. */
  prune(): Promise<void>
  stop(): Promise<void>
}

/** Ports of the outbox. */
export interface OutboxParts {
  readonly store: Pick<
    Store,
    'atomically' | 'notices' | 'deliveries' | 'messages' | 'findings' | 'engine'
  >
  readonly book: DestinationBook
  readonly log: NoticeLog
  readonly now: () => number
}

/** Milliseconds after which rows of other control planes and due times are noticed. */
const LOOK_MS = 5_000
const AT_ONCE = 50
const KEEP_MS = 30 * 86_400_000

/** Deletes messages and deliveries of removed destinations. */
const clearOrphans = async ({ store, book }: OutboxParts): Promise<void> => {
  const isGone = ({ destination }: { readonly destination: string }) =>
    book.get(destination) === undefined
  const { rows: pending } = await store.deliveries.list({
    where: { state: 'pending' },
    limit: 1000,
  })
  for (const { id } of pending.filter(isGone)) await store.deliveries.settle(id, 'dropped', null)
  const { rows: waiting } = await store.messages.list({ where: { state: 'waiting' }, limit: 1000 })
  for (const { id } of waiting.filter(isGone))
    await store.messages.change(id, { state: 'dead', error: 'the destination was removed' })
}

const dueMessages = async ({ store, now }: OutboxParts, destination: string) => {
  const where = { destination, state: 'waiting', nextAt: { to: Math.trunc(now()) + 1 } } as const
  return (await store.messages.list({ where, sort: 'createdAt', limit: AT_ONCE })).rows
}

/** Sends a destination's due messages in order until one has to wait; returns until when the service asks for none. */
const drain = async (parts: OutboxParts, me: string, open: OpenDestination): Promise<number> => {
  const { store, log, now } = parts
  for (const row of await dueMessages(parts, open.destination.name)) {
    const result = await sendMessage({ messages: store.messages, me, log, now }, open, row)
    if (typeof result === 'number') return result
    if (result === 'wait') break
  }
  return Number.NEGATIVE_INFINITY
}

/** When the next message of a destination is to be tried, Unix milliseconds. */
const nextTry = async ({ store }: OutboxParts, destination: string): Promise<number> => {
  const where = { destination, state: 'waiting' } as const
  const { rows } = await store.messages.list({ where, sort: 'nextAt', limit: 1 })
  return rows[0]?.nextAt ?? Infinity
}

/** Whether the service refused for too many messages and asked for a pause; true after a restart too. */
const isAskedToWait = async (
  { store, now }: OutboxParts,
  destination: string,
): Promise<boolean> => {
  const where = {
    destination,
    state: 'waiting',
    status: 429,
    nextAt: { from: Math.trunc(now()) + 1 },
  }
  const { rows } = await store.messages.list({ where: { ...where, state: 'waiting' }, limit: 1 })
  return rows.length > 0
}

/** The outbox over the database. Several processes may run it: each message is sent by one of them. */
export const createOutbox = (parts: OutboxParts): Outbox => {
  const { store, book, log, now } = parts
  const me = randomUUID()
  const busy = new Map<string, Promise<void>>()
  /** Until when services ask for no message (Unix ms), by destination. */
  const pausedUntil = new Map<string, number>()
  let lookAt = Number.NEGATIVE_INFINITY
  // Only one process can open a DuckDB file, so claims of a former process are released.
  let releasing = store.engine === 'duckdb' ? store.messages.releaseAll() : Promise.resolve()

  const serve = async (open: OpenDestination): Promise<void> => {
    const { destination } = open
    if (!destination.enabled) return
    const { next } = await packDeliveries(parts, destination)
    const { name } = destination
    const isPaused = (pausedUntil.get(name) ?? 0) > now() || (await isAskedToWait(parts, name))
    if (!isPaused) pausedUntil.set(name, await drain(parts, me, open))
    lookAt = Math.min(lookAt, next, await nextTry(parts, name))
  }
  const start = (open: OpenDestination): void => {
    const { name } = open.destination
    if (busy.has(name)) return
    const task = serve(open)
      .catch((error: unknown) => log.warn({ err: error, destination: name }, 'notices wait'))
      .finally(() => busy.delete(name))
    busy.set(name, task)
  }
  const settled = async (): Promise<void> => {
    while (busy.size > 0) await Promise.all(busy.values())
  }
  return {
    wake: () => {
      lookAt = Number.NEGATIVE_INFINITY
    },
    round: async () => {
      await releasing
      releasing = Promise.resolve()
      const at = now()
      if (at < lookAt) return
      lookAt = at + LOOK_MS
      await routeNotices(parts)
      await clearOrphans(parts)
      for (const open of book.all()) start(open)
    },
    settled,
    prune: async () => {
      const before = now() - KEEP_MS
      await store.deliveries.prune(before)
      await store.messages.prune(before)
      await store.notices.prune(before)
    },
    stop: settled,
  }
}
