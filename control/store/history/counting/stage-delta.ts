import type { Column, Sql } from '../../sql/sql.ts'
import { hash52 } from './hash52.ts'
import type { RollUpRow } from './roll-ups.ts'

const COLUMNS: readonly Column[] = [
  { name: 'day', kind: 'int' },
  { name: 'dimension', kind: 'text' },
  { name: 'key', kind: 'text' },
  { name: 'number', kind: 'int' },
  { name: 'plays', kind: 'int' },
  { name: 'refusals', kind: 'int' },
  { name: 'played_ms', kind: 'int' },
  { name: 'bytes', kind: 'int' },
  { name: 'carried', kind: 'int' },
]

/** Puts rows into the temporary table `delta`; inside a transaction. */
export const stageDelta = async (tx: Sql, rows: readonly RollUpRow[]): Promise<void> => {
  const values = rows.map((row) => [
    row.day,
    row.dimension,
    row.key,
    hash52(row.key),
    row.plays,
    row.refusals,
    row.playedMs,
    row.bytes,
    row.carried,
  ])
  await tx.stage('delta', COLUMNS, values)
}
