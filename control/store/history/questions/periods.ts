import type { Database, Dialect, SqlRow } from '../../sql/sql.ts'
import { OF_ACCOUNT } from '../counting/account-key.ts'
import { END, PLAYED, PLAYED_MS, ranWithin, withinSql } from '../counting/play-span.ts'
import { QUARTER_MS } from '../counting/quarters.ts'
import { type Amounts, DAY_MS } from '../counting/roll-ups.ts'
import { readQuartersSince } from '../counting/write-quarters.ts'
import { edgeOf, partsFor } from './edges.ts'
import { totalDays } from './monthly-totals.ts'
import { meetAtQuarters, quarterPeriods } from './quarter-periods.ts'
import { type Span, wholeSpan } from './span.ts'

/** Amounts of one period, and how many accounts watched in it. */
export interface PeriodTotals extends Amounts {
  /** When the period begins (Unix ms), even where the span begins later. */
  readonly start: number
  readonly viewers: number
}

interface Window extends Span {
  readonly start: number
}

const count = (row: SqlRow, name: string): number => Number(row[name] ?? 0)

const totalsOf = (row: SqlRow, start: number): PeriodTotals => ({
  start,
  viewers: count(row, 'viewers'),
  plays: count(row, 'plays'),
  refusals: count(row, 'refusals'),
  playedMs: count(row, 'played_ms'),
  bytes: count(row, 'bytes'),
})

/** Whether a period has plays or refusals to show; an opening refused before it and reported within it leaves neither. */
const hasAny = ({ plays, refusals }: PeriodTotals): boolean => plays > 0 || refusals > 0

const COLUMNS =
  'p.started_at, p.last_seen_at, p.ended_at, p.played_ms, p.bytes, p.reason, p.account_key'

/**
 * SQL of plays, once for each window they ran in, `a` to `b`. The windows, `$1` to `$2`, follow on each other, so that PostgreSQL looks
 * up the first and the last of a play instead of comparing it with each.
 */
const inWindows = ({ hasMonths }: Dialect, plays: string): string =>
  hasMonths
    ? `(select *, ($1::bigint[])[n] as a, ($2::bigint[])[n] as b from (select ${COLUMNS},` +
      ' generate_series(greatest(width_bucket(started_at, $1::bigint[]), 1),' +
      ` width_bucket(greatest(${END} - 1, started_at), $1::bigint[])) as n from ${plays} as p) as numbered)`
    : `(select ${COLUMNS}, w.a, w.b from (select unnest($1::bigint[]) as a, unnest($2::bigint[]) as b) as w` +
      ` join ${plays} as p on ${ranWithin('w.a', 'w.b')})`

/** Totals of windows, each of which begins where the one before it ends, from single plays. */
const fromPlays = async (db: Database, windows: readonly Window[]): Promise<PeriodTotals[]> => {
  if (windows.length === 0) return []
  const span = { from: windows[0]?.from ?? 0, to: windows.at(-1)?.to ?? 0 }
  const { from, to, starts } = await edgeOf(db, span)
  const plays = `(select * from plays where ${starts} and started_at < $4::bigint and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= $3::bigint)`
  const rows = await db.query(
    'select a,' +
      ` sum(case when ${PLAYED} then 1 else 0 end) as plays,` +
      ` sum(case when not ${PLAYED} and started_at >= a then 1 else 0 end) as refusals,` +
      ` sum(case when ${PLAYED} then ${withinSql(PLAYED_MS, 'a', 'b')} else 0 end) as played_ms,` +
      ` sum(case when ${PLAYED} then ${withinSql('coalesce(bytes, 0)', 'a', 'b')} else 0 end) as bytes,` +
      ` count(distinct case when ${OF_ACCOUNT} and ${PLAYED} then account_key end) as viewers` +
      ` from ${inWindows(db.dialect, plays)} as runs group by a order by a`,
    [windows.map((w) => w.from), windows.map((w) => w.to), from, to],
  )
  const startOf = new Map(windows.map((w) => [w.from, w.start]))
  return rows.map((row) => totalsOf(row, startOf.get(count(row, 'a')) ?? count(row, 'a')))
}

/** The same from quarters of an hour where they are counted. */
const fromQuarters = async (db: Database, windows: readonly Window[]): Promise<PeriodTotals[]> => {
  if (windows.length === 0) return []
  const rows = await quarterPeriods(db, windows)
  return rows.map((row) => totalsOf(row, windows[count(row, 'n')]?.start ?? 0))
}

/** Totals of windows, each of which begins where the one before it ends. */
const totalsWithin = async (db: Database, windows: readonly Window[]): Promise<PeriodTotals[]> => {
  if (!db.dialect.hasMonths || !meetAtQuarters(windows)) return await fromPlays(db, windows)
  const since = (await readQuartersSince(db)) * QUARTER_MS
  const parts = await Promise.all([
    fromPlays(
      db,
      windows.filter(({ from }) => from < since),
    ),
    fromQuarters(
      db,
      windows.filter(({ from }) => from >= since),
    ),
  ])
  return parts.flat()
}

/** Totals of every UTC day of a span, days without anything left out; whole days by roll-ups. */
export const utcDays = async (db: Database, span: Span): Promise<PeriodTotals[]> => {
  const { firstDay, endDay, head, tail } = await partsFor(db, span)
  const edge = (part: Span | null): Window[] => {
    if (part === null) return []
    const start = Math.floor(part.from / DAY_MS) * DAY_MS
    const next = start + DAY_MS
    // A span within two days that holds no whole one.
    if (part.to > next)
      return [
        { start, from: part.from, to: next },
        { start: next, from: next, to: part.to },
      ]
    return [{ start, ...part }]
  }
  const source = db.dialect.hasMonths
    ? totalDays(firstDay, endDay)
    : "(select * from days where dimension = 'total') as t"
  const rows =
    firstDay < endDay
      ? await db.query(
          `select day, plays + carried as plays, refusals, played_ms, bytes, viewers from ${source} where day >= $1 and day < $2 order by day`,
          [firstDay, endDay],
        )
      : []
  const whole = rows.map((row) => totalsOf(row, count(row, 'day') * DAY_MS))
  // Apart, since what lies between them need not be read.
  const edges = await Promise.all([head, tail].map((part) => totalsWithin(db, edge(part))))
  return [...whole, ...edges.flat()].filter(hasAny).sort((a, b) => a.start - b.start)
}

/** Totals of the periods that begin at `starts` (ascending, each to the next, the last to `span.to`), those without anything left out. */
export const periodsFrom = async (
  db: Database,
  starts: readonly number[],
  span: Span,
): Promise<PeriodTotals[]> => {
  const { from, to } = wholeSpan(span)
  const windows = starts.map((start, i) => ({
    start,
    from: Math.max(from, start),
    to: Math.min(to, starts[i + 1] ?? to),
  }))
  const periods = await totalsWithin(
    db,
    windows.filter((w) => w.from < w.to),
  )
  return periods.filter(hasAny)
}
