import type { Sql } from '../../sql/sql.ts'
import { writeMonths } from './monthly-roll-ups.ts'
import type { RollUpRow } from './roll-ups.ts'
import { stageDelta } from './stage-delta.ts'
import { writeViewers } from './viewers.ts'

/** Accounts have a table of their own. */
const OF_ACCOUNTS = "dimension = 'account'"
const OF_OTHERS = "dimension <> 'account'"

/** Adds rows staged as `delta` to a table. */
const addDelta = (table: 'days' | 'days_account', which: string): string =>
  `merge into ${table} as t using (select * from delta where ${which}) as d` +
  ' on (t.day = d.day and t.dimension = d.dimension and t.number = d.number and t.key = d.key)' +
  ' when matched then update set plays = t.plays + d.plays, refusals = t.refusals + d.refusals,' +
  ' played_ms = t.played_ms + d.played_ms, bytes = t.bytes + d.bytes, carried = t.carried + d.carried' +
  ' when not matched then insert values (d.day, d.dimension, d.key, d.number, d.plays, d.refusals, d.played_ms, d.bytes, 0, d.carried)'

/** Adds rows to every roll-up and counts the viewers of the days it touched; inside a transaction. */
export async function writeRollUps(tx: Sql, rows: readonly RollUpRow[]): Promise<void> {
  if (tx.dialect.hasMonths) {
    await writeMonths(tx, rows)
    return
  }
  if (rows.length === 0) return
  const accounts = rows.filter(({ dimension }) => dimension === 'account')
  await stageDelta(tx, rows)
  if (accounts.length > 0) await tx.query(addDelta('days_account', OF_ACCOUNTS))
  if (accounts.length < rows.length) await tx.query(addDelta('days', OF_OTHERS))
  const played = accounts.filter(({ plays, carried }) => plays + carried !== 0)
  if (played.length === 0) return
  await countViewers(tx, [...new Set(played.map(({ day }) => day))])
  await writeViewers(tx, played)
}

async function countViewers(tx: Sql, days: readonly number[]): Promise<void> {
  const touched = 'select unnest($1::bigint[])'
  await tx.query(
    'update days as t set viewers = c.viewers' +
      ' from (select day, count(case when plays + carried > 0 then 1 end) as viewers from days_account' +
      ` where day in (${touched}) group by day) as c where t.day = c.day and t.dimension = 'total'`,
    [days],
  )
}
