import { createHash } from 'node:crypto'
import { selectsEvent } from '../../config/schema/events.ts'
import type { Store } from '../../store/store.ts'
import type { StoredDelivery, StoredNotice } from '../../store/tables/notice-records.ts'
import type { Tables } from '../../store/tables/stores.ts'
import type { DestinationBook } from '../model/book.ts'
import { isAtLeast, type Notice, severityOf } from '../model/notice.ts'
import type { Destination } from '../model/notifier.ts'
import { OUTCOMES, type Outcome } from '../model/outcome.ts'
import { storedNotice } from './announcer.ts'
import { nextDigest } from './pace.ts'
import { readNotice } from './stored.ts'

/** Ports of routing. */
export interface RouteParts {
  readonly store: Pick<Store, 'atomically' | 'notices' | 'findings'>
  readonly book: DestinationBook
  readonly now: () => number
}

const MOST = 500
const SECOND_MS = 1000
const MINUTE_MS = 60_000

/** Key by which repeated notices are suppressed: event, subject, rule and response. */
const dedupKeyOf = (notice: Notice, { event, subject }: StoredNotice): string => {
  const more = notice.about === 'finding' ? [notice.rule, notice.step.do] : []
  const hash = createHash('sha256').update([event, subject, ...more].join('\n'))
  return hash.digest('hex').slice(0, 24)
}

const isWanted = (
  { enabled, events, least_severity: least }: Destination,
  row: StoredNotice,
  notice: Notice,
) => enabled && selectsEvent(events, row.event) && isAtLeast(severityOf(notice), least)

const isOutcome = (text: string): text is Outcome => OUTCOMES.some((one) => one === text)

/** A finding's notice with the present result of the response; `null` where it is not to be sent any more. */
const upToDate = async (
  tables: Pick<Tables, 'findings'>,
  notice: Notice,
): Promise<Notice | null> => {
  if (notice.about !== 'finding') return notice
  const finding = await tables.findings.get(notice.id)
  if (finding?.state === 'withdrawn' || finding?.state === 'dismissed') return null
  if (notice.outcome !== null) return notice
  const [, came = ''] = (finding?.acted ?? '').split(':')
  if (came === 'late') return null
  return isOutcome(came) ? { ...notice, outcome: came } : notice
}

const deliveryTo = async (
  tables: Tables,
  destination: Destination,
  {
    row,
    notice,
    now,
  }: { readonly row: StoredNotice; readonly notice: Notice; readonly now: number },
): Promise<StoredDelivery> => {
  const dedupKey = dedupKeyOf(notice, row)
  const from = now - destination.dedup_minutes * MINUTE_MS
  const where = {
    destination: destination.name,
    dedupKey,
    createdAt: { from },
    state: { in: ['pending', 'packed'] as const },
  }
  const isKnown =
    destination.dedup_minutes > 0 &&
    (await tables.deliveries.list({ where, limit: 1 })).rows.length > 0
  return {
    id: `${row.id} ${destination.name}`,
    notice: row.id,
    destination: destination.name,
    subject: row.subject,
    dedupKey,
    severity: row.severity,
    createdAt: now,
    dueAt:
      nextDigest(row.readyAt, destination) ?? row.readyAt + destination.group_seconds * SECOND_MS,
    state: isKnown ? 'duplicate' : 'pending',
    message: null,
  }
}

const routeOne = async ({ store, book, now }: RouteParts, row: StoredNotice): Promise<void> => {
  const stored = readNotice(row.body)
  await store.atomically(async (tables) => {
    const notice = stored === null ? null : await upToDate(tables, stored)
    if (!(await tables.notices.settle(row.id, notice === null ? 'dropped' : 'routed'))) return
    if (notice === null) return
    const { body } = storedNotice(notice, now())
    await tables.notices.put({ ...row, state: 'routed', body })
    for (const { destination } of book.all()) {
      if (!isWanted(destination, row, notice)) continue
      await tables.deliveries.put(
        await deliveryTo(tables, destination, { row, notice, now: now() }),
      )
    }
  })
}

/** Creates deliveries of ready notices for their destinations; returns the number of notices. */
export const routeNotices = async (parts: RouteParts): Promise<number> => {
  const { notices } = parts.store
  const at = Math.trunc(parts.now())
  const newOnes = { state: 'new' } as const
  // The store remembers what it answered to this, and not what depends on the time.
  const { rows: next } = await notices.list({ where: newOnes, sort: 'readyAt', limit: 1 })
  if ((next[0]?.readyAt ?? Number.POSITIVE_INFINITY) > at) return 0
  const where = { ...newOnes, readyAt: { to: at + 1 } }
  const { rows } = await notices.list({ where, sort: 'readyAt', limit: MOST })
  for (const row of rows) await routeOne(parts, row)
  return rows.length
}
