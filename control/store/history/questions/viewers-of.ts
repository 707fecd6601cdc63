import type { Database } from '../../sql/sql.ts'
import { PLAYED, ranWithin } from '../counting/play-span.ts'
import { viewersOnDays } from '../counting/viewers.ts'
import { partsFor } from './edges.ts'
import type { Span } from './span.ts'

/** Distinct accounts that watched within a span, those whose play runs through it included. */
export const viewersOf = async (db: Database, span: Span): Promise<number> => {
  const { firstDay, endDay, head, tail } = await partsFor(db, span)
  const params: number[] = []
  const pieces: string[] = []
  if (firstDay < endDay) {
    params.push(firstDay, endDay)
    pieces.push(viewersOnDays(firstDay, endDay))
  }
  for (const part of [head, tail]) {
    if (part === null) continue
    const bind = (value: number): string => `$${params.push(value)}::bigint`
    const [from, to, first] = [bind(part.from), bind(part.to), bind(part.firstStart)]
    pieces.push(
      `select account_key as number from plays where started_at >= ${first} and ${ranWithin(from, to)} and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= ${from} and ${PLAYED}`,
    )
  }
  const rows = await db.query(
    `select count(*) as n from (select distinct number from (${pieces.join(' union all ')}) as seen) as each`,
    params,
  )
  return Number(rows[0]?.['n'] ?? 0)
}
