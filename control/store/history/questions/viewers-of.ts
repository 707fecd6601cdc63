import type { Database } from '../../sql/sql.ts'
import { readHorizon } from '../counting/horizon.ts'
import { PLAYED, ranWithin } from '../counting/play-span.ts'
import { viewersOnDays } from '../counting/viewers.ts'
import { partsOfSpan, type Span, wholeSpan } from './span.ts'

/** Distinct accounts that watched within a span, those whose play runs through it included. */
export const viewersOf = async (db: Database, span: Span): Promise<number> => {
  const { firstDay, endDay, head, tail } = partsOfSpan(wholeSpan(span), await readHorizon(db))
  const params: number[] = []
  const pieces: string[] = []
  if (firstDay < endDay) {
    params.push(firstDay, endDay)
    pieces.push(viewersOnDays(firstDay, endDay))
  }
  for (const part of [head, tail]) {
    if (part === null) continue
    params.push(part.from, part.to)
    const [from, to] = [`$${params.length - 1}::bigint`, `$${params.length}::bigint`]
    pieces.push(
      `select account_key as number from plays where ${ranWithin(from, to)} and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= ${from} and ${PLAYED}`,
    )
  }
  const rows = await db.query(
    `select count(distinct number) as n from (${pieces.join(' union all ')}) as seen`,
    params,
  )
  return Number(rows[0]?.['n'] ?? 0)
}
