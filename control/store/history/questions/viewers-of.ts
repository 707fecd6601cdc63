import type { Database } from '../../sql/sql.ts'
import { PLAYED, ranWithin } from '../counting/play-span.ts'
import { numberOf } from '../counting/roll-ups.ts'
import { accountsOnDays, isOneRow } from '../counting/viewer-bits.ts'
import { viewersOnDays } from '../counting/viewers.ts'
import { type Edge, partsFor } from './edges.ts'
import type { Span } from './span.ts'

/** Distinct accounts that watched within a span, those whose play runs through it included. */
export const viewersOf = async (db: Database, span: Span): Promise<number> => {
  const { firstDay, endDay, head, tail } = await partsFor(db, span)
  const hasBits = db.dialect.hasMonths
  const params: number[] = []
  const pieces: string[] = []
  if (firstDay < endDay) {
    if (hasBits) pieces.push(accountsOnDays(firstDay, endDay))
    else {
      params.push(firstDay, endDay)
      pieces.push(viewersOnDays(firstDay, endDay))
    }
  }
  const within = (part: Edge): string => {
    const bind = (value: number): string => `$${params.push(value)}::bigint`
    const [from, to] = [bind(part.from), bind(part.to)]
    return `select account_key as number from plays where ${part.starts} and ${ranWithin(from, to)} and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= ${from} and ${PLAYED}`
  }
  const named = (text: string): string =>
    hasBits
      ? `select k.id from (${text}) as p join counted_keys as k on k.dimension = ${numberOf('account')} and k.number = p.number`
      : text
  for (const part of [head, tail]) if (part !== null) pieces.push(named(within(part)))
  // An account comes once where one row has all of its days.
  const isOnce = hasBits && head === null && tail === null && isOneRow(firstDay, endDay)
  const rows = await db.query(
    `select count(*) as n from (select ${isOnce ? '' : 'distinct '}* from (${pieces.join(' union all ')}) as seen) as each`,
    params,
  )
  return Number(rows[0]?.['n'] ?? 0)
}
