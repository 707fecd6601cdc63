import type { Database } from '../../sql/sql.ts'
import { readHorizon } from '../counting/horizon.ts'
import { END, PLAYED, ranWithin } from '../counting/play-span.ts'
import { LONG, QUARTER_MS } from '../counting/quarters.ts'
import { readQuartersSince } from '../counting/write-quarters.ts'
import { edgeOf } from './edges.ts'
import { type Span, wholeSpan } from './span.ts'

/** The most plays at once, and when that was reached first (Unix ms); `at` is `null` where nothing played. */
export interface Peak {
  readonly streams: number
  readonly at: number | null
}

/** The most plays that ran at once, from each of them. */
const peakOfPlays = async (db: Database, span: Span): Promise<Peak> => {
  const { from, to, starts } = await edgeOf(db, span)
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

/** Whole quarters of an hour that are counted and whose plays are kept: from `first` to just before `end`. */
const quartersOf = async (db: Database, { from, to }: Span) => {
  const [since, horizon] = await Promise.all([readQuartersSince(db), readHorizon(db)])
  const first = Math.max(since, Math.ceil(Math.max(from, horizon) / QUARTER_MS))
  return { first, end: Math.floor(to / QUARTER_MS) }
}

/** Whether a play ran that quarters leave out. */
const hasLong = async (db: Database, { from, to }: Span): Promise<boolean> => {
  const text = `select 1 as one from play_rows where ${LONG} and started_at < $2 and ${END} > $1 limit 1`
  return (await db.query(text, [from, to])).length > 0
}

/** The most by quarters, and the span of those of which it is not known. */
const peakOfQuarters = async (
  db: Database,
  { first, end }: { readonly first: number; readonly end: number },
): Promise<{ readonly known: Peak; readonly unknown: Span | null }> => {
  const [best, missing] = await Promise.all([
    db.query(
      `select peak, quarter * ${QUARTER_MS} + peak_at as at from quarters where quarter >= $1 and quarter < $2 and peak > 0 order by peak desc, quarter limit 1`,
      [first, end],
    ),
    db.query(
      'select min(quarter) as first, max(quarter) as last from quarters where peak is null and quarter >= $1 and quarter < $2',
      [first, end],
    ),
  ])
  const known = { streams: Number(best[0]?.['peak'] ?? 0), at: Number(best[0]?.['at'] ?? 0) }
  const from = missing[0]?.['first'] ?? null
  const unknown =
    from === null
      ? null
      : { from: Number(from) * QUARTER_MS, to: (Number(missing[0]?.['last']) + 1) * QUARTER_MS }
  return { known, unknown }
}

/** The most first, of as many the earlier. */
const mostFirst = (a: Peak, b: Peak): number => b.streams - a.streams || (a.at ?? 0) - (b.at ?? 0)

/** The most plays that ran at once within a span; what ends as another begins is not beside it. */
export const peakOf = async (db: Database, asked: Span): Promise<Peak> => {
  const span = wholeSpan(asked)
  if (!db.dialect.hasMonths) return await peakOfPlays(db, span)
  const quarters = await quartersOf(db, span)
  if (quarters.first >= quarters.end || (await hasLong(db, span)))
    return await peakOfPlays(db, span)
  const { known, unknown } = await peakOfQuarters(db, quarters)
  const rest = [
    { from: span.from, to: quarters.first * QUARTER_MS },
    ...(unknown === null ? [] : [unknown]),
    { from: quarters.end * QUARTER_MS, to: span.to },
  ].filter(({ from, to }) => from < to)
  const peaks = await Promise.all(rest.map(async (part) => await peakOfPlays(db, part)))
  const [most] = [known, ...peaks].filter(({ streams }) => streams > 0).sort(mostFirst)
  return most ?? { streams: 0, at: null }
}
