import type { Database } from '../../sql/sql.ts'
import { END, PLAYED, ranWithin } from '../counting/play-span.ts'
import { edgeOf } from './edges.ts'
import { type Span, wholeSpan } from './span.ts'

/** The most plays at once, and when that was reached first (Unix ms); `at` is `null` where nothing played. */
export interface Peak {
  readonly streams: number
  readonly at: number | null
}

/** The most plays that ran at once within a span; what ends as another begins is not beside it. */
export const peakOf = async (db: Database, span: Span): Promise<Peak> => {
  const { from, to, starts } = await edgeOf(db, wholeSpan(span))
  const rows = await db.query(
    `with runs as (select greatest(started_at, $1::bigint) as b, least(${END}, $2::bigint) as e from plays` +
      ` where ${starts} and ${ranWithin('$1::bigint', '$2::bigint')} and greatest(last_seen_at, coalesce(ended_at, 0)) >= $1::bigint and ${PLAYED} and ${END} > started_at),` +
      ' steps as (select b as t, 1 as d from runs union all select e, -1 from runs),' +
      ' sums as (select t, sum(d) as d from steps group by t),' +
      ' levels as (select t, sum(d) over (order by t rows unbounded preceding) as n from sums)' +
      ' select n, t from levels where n > 0 order by n desc, t limit 1',
    [from, to],
  )
  const [row] = rows
  if (row === undefined) return { streams: 0, at: null }
  return { streams: Number(row['n']), at: Number(row['t']) }
}
