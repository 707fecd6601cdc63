import { writeExclusively } from '../../sql/exclusive.ts'
import type { Database } from '../../sql/sql.ts'
import { END, PLAYED } from './play-span.ts'
import { QUARTER_MS, startsOfShort } from './quarters.ts'
import { readQuartersSince } from './write-quarters.ts'

/** Quarters whose most plays at once are counted together: a day. */
const STEP = 96

const quarterOf = (moment: string): string => `floor(${moment} / ${QUARTER_MS}.0)::bigint`

/** For each quarter from $1 to just before $2 that has none, the most plays at once, and when that was reached first. */
const FILL =
  `with runs as (select started_at, ${END} as until from plays where ${startsOfShort(`$1::bigint * ${QUARTER_MS}`, `$2::bigint * ${QUARTER_MS}`)}` +
  ` and ${END} > $1::bigint * ${QUARTER_MS} and ${END} > started_at and ${PLAYED}),` +
  ` numbered as (select started_at, until, generate_series(greatest(${quarterOf('started_at')}, $1::bigint), least(${quarterOf('(until - 1)')}, $2::bigint - 1)) as quarter from runs),` +
  // A moment and what happens at it in one number: ends come before beginnings.
  ` steps as (select quarter, greatest(started_at, quarter * ${QUARTER_MS}) * 2 + 1 as s from numbered` +
  ` union all select quarter, least(until, (quarter + 1) * ${QUARTER_MS}) * 2 from numbered),` +
  ' levels as (select quarter, s, sum(case when s & 1 = 1 then 1 else -1 end) over (partition by quarter order by s rows unbounded preceding) as n from steps),' +
  ' best as (select distinct on (quarter) quarter, n, s from levels order by quarter, n desc, s)' +
  ` update quarters as t set peak = coalesce(w.n, 0), peak_at = coalesce((w.s - 1) / 2 - t.quarter * ${QUARTER_MS}, 0)` +
  ' from (select q.quarter, b.n, b.s from quarters as q left join best as b on b.quarter = q.quarter' +
  ' where q.quarter >= $1 and q.quarter < $2 and q.peak is null) as w where t.quarter = w.quarter'

/** Counts the most plays at once in the newest quarters before a moment (Unix ms) that lack it; false where none does. */
export const countQuarterPeaks = async (db: Database, before: number): Promise<boolean> =>
  await writeExclusively(db, async (tx) => {
    const [row] = await tx.query(
      'select max(quarter) as newest from quarters where peak is null and quarter >= $1 and quarter < $2',
      [await readQuartersSince(tx), Math.floor(before / QUARTER_MS)],
    )
    const newest = row?.['newest'] ?? null
    if (newest === null) return false
    const to = Number(newest) + 1
    await tx.query(FILL, [to - STEP, to])
    return true
  })
