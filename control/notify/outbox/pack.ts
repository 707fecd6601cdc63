import { createHash } from 'node:crypto'
import { groupBy } from '#domain/group-by'
import type { Store } from '../../store/store.ts'
import type { StoredDelivery, StoredMessage } from '../../store/tables/notice-records.ts'
import type { NoticeTables } from '../../store/tables/notice-tables.ts'
import type { Json } from '../../store/tables/records.ts'
import { highestOf, isAtLeast, type Notice, timeOf } from '../model/notice.ts'
import type { Destination } from '../model/notifier.ts'
import { quietUntil } from './pace.ts'
import { readNotice } from './stored.ts'

/** Ports of packing. */
export interface PackParts {
  readonly store: Pick<Store, 'atomically' | 'deliveries' | 'messages'>
  readonly now: () => number
}

const MOST = 500
const HOUR_MS = 3_600_000
/** Notices overdue by this were held back, and are sent in one message. */
const HELD_MS = 60_000

const severityOf = ({ severity }: StoredDelivery) =>
  severity === 'high' || severity === 'warning' ? severity : 'low'

/** Whether notices of a severity are sent in the quiet hours. */
export const isLetThrough = (
  { quiet_hours: quiet }: Destination,
  severity: 'low' | 'warning' | 'high',
): boolean => quiet?.let_through !== undefined && isAtLeast(severity, quiet.let_through)

/** Deliveries that go together, each list one message. */
const bundlesOf = (
  destination: Destination,
  pending: readonly StoredDelivery[],
  now: number,
): StoredDelivery[][] => {
  const due = pending.filter(({ dueAt }) => dueAt <= now)
  if (due.length === 0) return []
  const isHeld = due.some(({ dueAt }) => dueAt < now - HELD_MS)
  if (destination.digest !== undefined || isHeld) return [due]
  const subjects = new Set(due.map(({ subject }) => subject))
  // Pending notices with the same subject are included before their time.
  const together = pending.filter(({ subject }) => subjects.has(subject))
  return [...groupBy(together, ({ subject }) => subject).values()].map((some) => [...some])
}

const asJson = (value: unknown): Json => {
  const json: Json = JSON.parse(JSON.stringify(value))
  return json
}

const idOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 24)

const messageRow = (
  about: Pick<StoredMessage, 'id' | 'destination' | 'kind' | 'severity' | 'body' | 'until'>,
  now: number,
  place = 0,
): StoredMessage => ({
  ...about,
  // A millisecond apart: they are sent in this order.
  createdAt: now + place,
  state: 'waiting',
  attempts: 0,
  nextAt: now,
  claimedBy: null,
  claimedUntil: 0,
  progress: [],
  status: null,
  error: null,
  sentAt: null,
})

const noticesOf = async (
  tables: Pick<NoticeTables, 'notices'>,
  ids: readonly string[],
): Promise<Notice[]> => {
  const { rows } = await tables.notices.list({ where: { id: { in: ids } }, limit: 1000 })
  const notices = rows.flatMap(({ body }) => readNotice(body) ?? [])
  return notices.sort((a, b) => timeOf(a) - timeOf(b))
}

const packOne = async (
  { store }: PackParts,
  { name }: Destination,
  bundle: readonly StoredDelivery[],
  { at, place }: { readonly at: number; readonly place: number },
): Promise<void> => {
  const id = idOf(name, ...bundle.map((one) => one.id).sort())
  await store.atomically(async (tables) => {
    for (const one of bundle) {
      const isOurs = await tables.deliveries.settle(one.id, 'packed', id)
      if (!isOurs) throw new Error('another control plane sends these notices')
    }
    const notices = await noticesOf(
      tables,
      bundle.map(({ notice }) => notice),
    )
    const about = { id, destination: name, kind: 'notices', until: null } as const
    const body = asJson(notices)
    await tables.messages.put(
      messageRow({ ...about, severity: highestOf(notices), body }, at, place),
    )
  })
}

/** Adds the message, at most once an hour, that the rest follows later. */
const closeFor = async (
  { store, now }: PackParts,
  { name }: Destination,
  { until, isClosed }: { readonly until: number; readonly isClosed: boolean },
): Promise<void> => {
  if (isClosed) return
  const about = { destination: name, kind: 'closing', severity: 'low', body: [] } as const
  const id = idOf(name, 'closing', String(until))
  await store.messages.put(messageRow({ ...about, id, until }, now()))
}

/** Messages of the last hour, by kind. */
const lastHour = async ({ store, now }: PackParts, destination: string) => {
  const where = { destination, createdAt: { from: Math.trunc(now()) - HOUR_MS + 1 } }
  const { rows } = await store.messages.list({ where, sort: 'createdAt', limit: 1000 })
  const [first] = rows.filter(({ kind }) => kind === 'notices')
  return {
    count: rows.filter(({ kind }) => kind === 'notices').length,
    until: (first?.createdAt ?? now()) + HOUR_MS,
    isClosed: rows.some(({ kind }) => kind === 'closing'),
  }
}

/** Result of packing. */
interface Packed {
  /** Messages made. */
  readonly made: number
  /** When packing is due again (Unix ms). */
  readonly next: number
}

/** Packs a destination's due notices into messages, as its rate limits allow. */
export const packDeliveries = async (
  parts: PackParts,
  destination: Destination,
): Promise<Packed> => {
  const { store, now } = parts
  const at = Math.trunc(now())
  const where = { destination: destination.name, state: 'pending' } as const
  const { rows } = await store.deliveries.list({ where, sort: 'dueAt', limit: MOST })
  const quietEnd = quietUntil(at, destination)
  const open =
    quietEnd === null ? rows : rows.filter((one) => isLetThrough(destination, severityOf(one)))
  const bundles = bundlesOf(destination, open, at)
  const next = Math.min(quietEnd ?? Infinity, ...open.map(({ dueAt }) => dueAt))
  if (bundles.length === 0) return { made: 0, next }
  const hour = await lastHour(parts, destination.name)
  const room = Math.max(0, destination.most_per_hour - hour.count)
  for (const [place, bundle] of bundles.slice(0, room).entries())
    await packOne(parts, destination, bundle, { at, place })
  if (bundles.length <= room) return { made: bundles.length, next: at }
  await closeFor(parts, destination, hour)
  return { made: room, next: hour.until }
}
