import type { Database, SqlParam, SqlRow } from '../../sql/sql.ts'
import { PLAYED, PLAYED_MS, ranWithin, withinSql } from '../counting/play-span.ts'
import { LONG, QUARTER_MS } from '../counting/quarters.ts'
import { numberOf } from '../counting/roll-ups.ts'
import { edgeOf } from './edges.ts'
import type { Span } from './span.ts'

/** What lies between full quarters of an hour, before the first (`isFirst`) or after the last of a window. */
interface Rest extends Span {
  readonly n: number
  /** Counts what had begun before it, too. */
  readonly isFirst: boolean
}

interface Parts {
  /** Windows with full quarters: their number, the first quarter, the one after the last, and whether what is before them is counted. */
  readonly full: readonly { n: number; first: number; end: number; hasHead: boolean }[]
  readonly rests: readonly Rest[]
}

const partsOf = (windows: readonly Span[]): Parts => {
  const parts = windows.map(({ from, to }, n) => {
    const first = Math.ceil(from / QUARTER_MS)
    const end = Math.floor(to / QUARTER_MS)
    if (first >= end) return { full: [], rests: [{ n, from, to, isFirst: true }] }
    const hasHead = from < first * QUARTER_MS
    return {
      full: [{ n, first, end, hasHead }],
      rests: [
        { n, from, to: first * QUARTER_MS, isFirst: true },
        { n, from: end * QUARTER_MS, to, isFirst: false },
      ].filter((rest) => rest.from < rest.to),
    }
  })
  return { full: parts.flatMap(({ full }) => full), rests: parts.flatMap(({ rests }) => rests) }
}

const COLUMNS = 'started_at, last_seen_at, ended_at, played_ms, bytes, reason, account_key'

/** SQL of single plays within a rest. */
const runsOf = async (db: Database, { n, from, to, isFirst }: Rest): Promise<string> => {
  const { starts } = await edgeOf(db, { from, to })
  return (
    `select ${n} as n, ${from}::bigint as a, ${to}::bigint as b, ${isFirst} as is_first, ${COLUMNS} from plays` +
    ` where ${starts} and ${ranWithin(`${from}::bigint`, `${to}::bigint`)} and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= ${from} and not (${LONG})`
  )
}

/** SQL of the plays that no quarter counts, once for each window they ran in. */
const LONG_RUNS =
  `select w.n - 1, w.a, w.b, true, ${COLUMNS} from unnest($5::bigint[], $6::bigint[]) with ordinality as w (a, b, n)` +
  ` join (select * from plays where ${LONG} and started_at < $8::bigint and greatest(last_seen_at, coalesce(ended_at, 0)) >= $7::bigint) as p on ${ranWithin('w.a', 'w.b')}`

/** The accounts of a row `v` in the quarters of a window `w`. */
const WITHIN = [0, 1, 2, 3]
  .map(
    (q) =>
      `case when w.first <= v.hour * 4 + ${q} and w."end" > v.hour * 4 + ${q} then substring(v.accounts from ${q * 4096 + 1} for 4096) else repeat('0', 4096)::bit(4096) end`,
  )
  .map((bits) => `(${bits})`)
  .join(' | ')

const TOTALS = `with w as (select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as t (n, first, "end", head)),
counted as (
  select w.n, sum(q.plays + case when q.quarter = w.first and w.head = 0 then q.carried else 0 end) as plays,
    sum(q.refusals) as refusals, sum(q.played_ms) as played_ms, sum(q.bytes) as bytes
  from quarters as q join w on w.first = ($2::bigint[])[width_bucket(q.quarter, $2::bigint[])]
  where q.quarter >= ($2::bigint[])[1] and q.quarter < ($3::bigint[])[cardinality($3::bigint[])] and q.quarter < w."end" group by 1
),
watched as materialized (
  select w.n, v.part, bit_or(${WITHIN}) as accounts
  from w cross join lateral generate_series(w.first >> 2, (w."end" - 1) >> 2) as h (hour) join quarter_viewers as v on v.hour = h.hour
  group by 1, 2
)`

const FROM_RUNS = `singles as (
  select n, sum(case when ${PLAYED} and (is_first or started_at >= a) then 1 else 0 end) as plays,
    sum(case when not ${PLAYED} and started_at >= a then 1 else 0 end) as refusals,
    sum(case when ${PLAYED} then ${withinSql(PLAYED_MS, 'a', 'b')} else 0 end) as played_ms,
    sum(case when ${PLAYED} then ${withinSql('coalesce(bytes, 0)', 'a', 'b')} else 0 end) as bytes
  from runs group by 1
),
further as (
  select r.n, count(*) as viewers from (select distinct n, account_key from runs where ${PLAYED}) as r
  join counted_keys as k on k.dimension = ${numberOf('account')} and k.number = r.account_key
  left join watched as v on v.n = r.n and v.part = k.id >> 12
  where v.accounts is null or get_bit(v.accounts, k.id & 4095) = 0 group by 1
)
select n, sum(plays) as plays, sum(refusals) as refusals, sum(played_ms) as played_ms, sum(bytes) as bytes, sum(viewers) as viewers from (
  select n, plays, refusals, played_ms, bytes, 0 as viewers from counted
  union all select n, plays, refusals, played_ms, bytes, 0 from singles
  union all select n, 0, 0, 0, 0, bit_count(accounts) from watched
  union all select n, 0, 0, 0, 0, viewers from further
) as parts group by n order by n`

/** Whether windows that follow on each other meet where quarters do. */
export const meetAtQuarters = (windows: readonly Span[]): boolean =>
  windows.every(({ from }, index) => index === 0 || from % QUARTER_MS === 0)

/** Totals of windows that follow on each other, by their numbers (`n`): full quarters of an hour by roll-ups, the rest by single plays. */
export const quarterPeriods = async (db: Database, windows: readonly Span[]): Promise<SqlRow[]> => {
  const { full, rests } = partsOf(windows)
  const runs = [LONG_RUNS, ...(await Promise.all(rests.map((rest) => runsOf(db, rest))))]
  const params: SqlParam[] = [
    full.map(({ n }) => n),
    full.map(({ first }) => first),
    full.map(({ end }) => end),
    full.map(({ hasHead }) => Number(hasHead)),
    windows.map(({ from }) => from),
    windows.map(({ to }) => to),
    windows[0]?.from ?? 0,
    windows.at(-1)?.to ?? 0,
  ]
  const text = `${TOTALS}, runs (n, a, b, is_first, started_at, last_seen_at, ended_at, played_ms, bytes, reason, account_key) as materialized (${runs.join(' union all ')}), ${FROM_RUNS}`
  return await db.query(text, params)
}
