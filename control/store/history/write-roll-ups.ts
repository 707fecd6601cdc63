import type { Sql } from '../sql.ts'
import type { Dimension, RollUpDelta, RollUpRow } from './roll-ups.ts'
import { DIMENSIONS } from './roll-ups.ts'

/** Adds a delta to every roll-up and counts the viewers of the days it touched; inside a transaction. */
export async function writeRollUps(tx: Sql, delta: RollUpDelta): Promise<void> {
  for (const dimension of DIMENSIONS) await addRows(tx, dimension, delta.rowsOf(dimension))
  const days = [...new Set(delta.rowsOf('account').map((row) => row.day))]
  if (days.length > 0) await countViewers(tx, days)
}

/** Below this many rows binding a list is faster than anything cleverer. */
const ROWS_PER_STATEMENT = 5000

async function addRows(tx: Sql, dimension: Dimension, rows: readonly RollUpRow[]): Promise<void> {
  const table = `days_${dimension}`
  const incoming =
    '(select unnest($1::bigint[]) as day, unnest($2::text[]) as key, unnest($3::bigint[]) as plays,' +
    ' unnest($4::bigint[]) as refusals, unnest($5::bigint[]) as played_ms, unnest($6::bigint[]) as bytes) as d'
  for (let from = 0; from < rows.length; from += ROWS_PER_STATEMENT) {
    const part = rows.slice(from, from + ROWS_PER_STATEMENT)
    const params = [
      part.map((row) => row.day),
      part.map((row) => row.key),
      part.map((row) => row.plays),
      part.map((row) => row.refusals),
      part.map((row) => row.playedMs),
      part.map((row) => row.bytes),
    ]
    await tx.query(
      `update ${table} as t set plays = t.plays + d.plays, refusals = t.refusals + d.refusals,` +
        ` played_ms = t.played_ms + d.played_ms, bytes = t.bytes + d.bytes` +
        ` from ${incoming} where t.day = d.day and t.key = d.key`,
      params,
    )
    await tx.query(
      `insert into ${table} (day, key, plays, refusals, played_ms, bytes, viewers)` +
        ` select d.day, d.key, d.plays, d.refusals, d.played_ms, d.bytes, 0 from ${incoming}` +
        ` where not exists (select 1 from ${table} t where t.day = d.day and t.key = d.key)`,
      params,
    )
  }
}

async function countViewers(tx: Sql, days: readonly number[]): Promise<void> {
  const touched = 'select unnest($1::bigint[])'
  await tx.query(
    'update days_total as t set viewers = c.viewers' +
      ' from (select day, count(case when plays > 0 then 1 end) as viewers from days_account' +
      ` where day in (${touched}) group by day) as c where t.day = c.day`,
    [days],
  )
}
