import type { Column, Sql } from '../../sql/sql.ts'
import { hash52 } from './hash52.ts'
import type { RollUpDelta, RollUpRow } from './roll-ups.ts'
import { writeViewerBits } from './viewer-bits.ts'
import { writeViewers } from './viewers.ts'

const COLUMNS: readonly Column[] = [
  { name: 'day', kind: 'int' },
  { name: 'dimension', kind: 'text' },
  { name: 'key', kind: 'text' },
  { name: 'number', kind: 'int' },
  { name: 'plays', kind: 'int' },
  { name: 'refusals', kind: 'int' },
  { name: 'played_ms', kind: 'int' },
  { name: 'bytes', kind: 'int' },
  { name: 'viewers', kind: 'int' },
  { name: 'carried', kind: 'int' },
]

/** Adds a delta to every roll-up and counts the viewers of the days it touched; inside a transaction. */
export async function writeRollUps(tx: Sql, delta: RollUpDelta): Promise<void> {
  const rows = delta.rows()
  const isAccount = (row: RollUpRow) => row.dimension === 'account'
  const accounts = rows.filter(isAccount)
  const days = [...new Set(accounts.map((row) => row.day))]
  const others = rows.filter((row) => !isAccount(row))
  await addRows(tx, 'days_account', accounts)
  await addRows(tx, 'days', others)
  if (days.length > 0) await countViewers(tx, days)
  await (tx.dialect.hasMonths ? writeViewerBits(tx, accounts) : writeViewers(tx, accounts))
}

async function addRows(
  tx: Sql,
  table: 'days' | 'days_account',
  rows: readonly RollUpRow[],
): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => [
    row.day,
    row.dimension,
    row.key,
    hash52(row.key),
    row.plays,
    row.refusals,
    row.playedMs,
    row.bytes,
    0,
    row.carried,
  ])
  await tx.stage('delta', COLUMNS, values)
  await tx.query(tx.dialect.addDelta(table))
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
