import type { Database } from '../../sql/sql.ts'
import { OF_ACCOUNT } from '../counting/account-key.ts'
import { END, PLAYED } from '../counting/play-span.ts'
import { edgeOf } from './edges.ts'
import { type Span, wholeSpan } from './span.ts'

/** How many plays ran at a moment (Unix ms), and on how many accounts. */
export interface Level {
  readonly at: number
  readonly streams: number
  readonly accounts: number
}

/** A play without an end that was heard of so shortly before the end of the span runs on, ms. */
const RUNNING_MS = 5 * 60_000

/** What ran at moments that divide a span evenly, its beginning and its end among them. */
export const levelsOf = async (db: Database, span: Span, points: number): Promise<Level[]> => {
  const { from, to, starts } = await edgeOf(db, wholeSpan(span))
  const moments = Array.from({ length: points }, (_, n) =>
    Math.round(from + (n * (to - from)) / (points - 1)),
  )
  const [first = 0, ...others] = moments
  const rows = await db.query(
    `with moments as (select ${first}::bigint as t${others.map((at) => ` union all select ${at}::bigint`).join('')}),` +
      ` runs as (select account_key, started_at, case when ended_at is null and last_seen_at >= $2::bigint - ${RUNNING_MS} then $2::bigint + 1 else ${END} end as until from plays` +
      ` where ${starts} and started_at <= $2::bigint and greatest(last_seen_at, coalesce(ended_at, 0)) >= $1::bigint and ${PLAYED})` +
      ` select t, count(*) as streams, count(distinct case when ${OF_ACCOUNT} then account_key end) as accounts from moments join runs on started_at <= t and until > t group by t`,
    [from, to],
  )
  const known = new Map(rows.map((row) => [Number(row['t']), row]))
  return moments.map((at) => ({
    at,
    streams: Number(known.get(at)?.['streams'] ?? 0),
    accounts: Number(known.get(at)?.['accounts'] ?? 0),
  }))
}
