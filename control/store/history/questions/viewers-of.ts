import type { Database } from '../../sql/sql.ts'
import { OF_ACCOUNT } from '../counting/account-key.ts'
import { PLAYED, ranWithin } from '../counting/play-span.ts'
import { countOfAccounts } from '../counting/viewer-bits.ts'
import { viewersOnDays } from '../counting/viewers.ts'
import { type Edge, partsFor } from './edges.ts'
import { Params } from './rolled-rows.ts'
import type { Span } from './span.ts'

/** SQL of the numbers of accounts whose plays ran within a part of a span. */
const viewersWithin = (part: Edge, params: Params): string => {
  const [from, to] = [params.add(part.from), params.add(part.to)]
  return `select account_key as number from plays where ${part.starts} and ${ranWithin(from, to)} and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= ${from} and ${OF_ACCOUNT} and ${PLAYED}`
}

/** Distinct accounts that watched within a span, those whose play runs through it included. */
export const viewersOf = async (db: Database, span: Span): Promise<number> => {
  const { firstDay, endDay, head, tail } = await partsFor(db, span)
  const params = new Params()
  const pieces: string[] = []
  if (firstDay < endDay && !db.dialect.hasMonths) {
    params.values.push(firstDay, endDay)
    pieces.push(viewersOnDays(firstDay, endDay))
  }
  for (const part of [head, tail]) if (part !== null) pieces.push(viewersWithin(part, params))
  const numbers = pieces.length > 0 ? pieces.join(' union all ') : null
  const text = db.dialect.hasMonths
    ? countOfAccounts(firstDay, endDay, numbers)
    : `select count(distinct number) as n from (${numbers}) as seen`
  const rows = await db.query(text, params.values)
  return Number(rows[0]?.['n'] ?? 0)
}
