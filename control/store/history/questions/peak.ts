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
      // A moment and what happens at it in one number, which is put in order fastest; ends come before beginnings.
      ' steps as (select b * 2 + 1 as s from runs union all select e * 2 from runs),' +
      ' levels as (select s, sum(case when s & 1 = 1 then 1 else -1 end) over (order by s rows unbounded preceding) as n from steps)' +
      ' select n, s from levels where n > 0 order by n desc, s limit 1',
    [from, to],
  )
  const [row] = rows
  if (row === undefined) return { streams: 0, at: null }
  return { streams: Number(row['n']), at: (Number(row['s']) - 1) / 2 }
}
