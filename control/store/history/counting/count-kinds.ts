import { writeExclusively } from '../../sql/exclusive.ts'
import type { Database, Dialect, Sql, SqlRow } from '../../sql/sql.ts'
import { END, PLAYED, PLAYED_MS, withinSql } from './play-span.ts'
import { DAY_MS, DAYS_AT_MOST, type Dimension, type RollUpRow } from './roll-ups.ts'
import { writeRollUps } from './write-roll-ups.ts'

/** Setting that says that devices, edges and deliveries are counted by day. */
const COUNTED = 'history.kinds_counted'
const KINDS = ['device', 'edge', 'delivery'] as const satisfies readonly Dimension[]
/** Rows that are written at once. */
const BATCH = 5000

const dayIn = (moment: string): string => `cast(floor(${moment} / ${DAY_MS}.0) as bigint)`

/** What plays come to by day and kind, each kind by itself. */
const countedBy = ({ hasMonths }: Dialect): string => {
  const series = hasMonths ? 'generate_series' : 'unnest(generate_series'
  const next = `(day + 1) * ${DAY_MS}`
  const [from, to] = [
    `day * ${DAY_MS}`,
    `(case when later = days_after then greatest(${END}, ${next}) else ${next} end)`,
  ]
  const amount = (of: string): string =>
    `cast(sum(case when has_played then ${withinSql(of, from, to)} else 0 end) as bigint)`
  return (
    `with runs as (select coalesce(platform, client) as device, source as edge, delivery, started_at, last_seen_at, ended_at, played_ms, bytes, ${PLAYED} as has_played, ${dayIn('started_at')} as first,` +
    ` case when ${PLAYED} and ${END} > started_at then least(${dayIn(`(${END} - 1)`)} - ${dayIn('started_at')}, ${DAYS_AT_MOST - 1}) else 0 end as days_after from plays),` +
    ` numbered as (select *, ${series}(cast(0 as bigint), days_after)${hasMonths ? '' : ')'} as later from runs),` +
    ' parts as (select *, first + later as day from numbered)' +
    ' select day, device, edge, delivery, grouping(device, edge, delivery) as kind,' +
    ' count(case when has_played and later = 0 then 1 end) as plays, count(case when has_played and later > 0 then 1 end) as carried,' +
    ` count(case when not has_played then 1 end) as refusals, ${amount(PLAYED_MS)} as played_ms, ${amount('coalesce(bytes, 0)')} as bytes` +
    ' from parts group by grouping sets ((day, device), (day, edge), (day, delivery))'
  )
}

/** By what a row is not counted: a bit for each of the three. */
const KIND_OF = new Map<number, (typeof KINDS)[number]>([
  [0b011, 'device'],
  [0b101, 'edge'],
  [0b110, 'delivery'],
])

const rowsOf = (row: SqlRow): RollUpRow[] => {
  const dimension = KIND_OF.get(Number(row['kind']))
  const key = dimension === undefined ? null : (row[dimension] ?? null)
  if (dimension === undefined || key === null) return []
  return [
    {
      dimension,
      key: String(key),
      day: Number(row['day']),
      plays: Number(row['plays']),
      carried: Number(row['carried']),
      refusals: Number(row['refusals']),
      playedMs: Number(row['played_ms']),
      bytes: Number(row['bytes']),
    },
  ]
}

const isCounted = async (sql: Pick<Sql, 'query'>): Promise<boolean> =>
  (await sql.query('select 1 as one from settings where key = $1', [COUNTED])).length > 0

/** Says that devices, edges and deliveries are counted; inside a transaction. */
export const noteKinds = async (tx: Sql): Promise<void> => {
  await tx.query('insert into settings (key, value, updated_at) values ($1, $2, $3)', [
    COUNTED,
    'true',
    Date.now(),
  ])
}

/** Counts devices, edges and deliveries of the plays that are kept, once, where an older version has counted none. */
export const countKindsOnce = async (db: Database): Promise<void> => {
  if (await isCounted(db)) return
  await writeExclusively(db, async (tx) => {
    if (await isCounted(tx)) return
    if (tx.dialect.hasMonths) await tx.query('set local max_parallel_workers_per_gather = 2')
    const rows = (await tx.query(countedBy(tx.dialect))).flatMap(rowsOf)
    for (let from = 0; from < rows.length; from += BATCH)
      await writeRollUps(tx, rows.slice(from, from + BATCH))
    await noteKinds(tx)
  })
}
