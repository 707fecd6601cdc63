import type { Column, Sql, SqlValue } from '../../sql/sql.ts'
import { hash52 } from './hash52.ts'
import type { RollUpRow } from './roll-ups.ts'

export const DELTA_COLUMNS: readonly Column[] = [
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

/** A row's values in the order of {@link DELTA_COLUMNS}. */
export const deltaRow = (row: RollUpRow): SqlValue[] => [
  row.day,
  row.dimension,
  row.key,
  hash52(row.key),
  row.plays,
  row.refusals,
  row.playedMs,
  row.bytes,
  row.carried,
]

/** Puts rows into the temporary table `delta`; inside a transaction. */
export const stageDelta = async (tx: Sql, rows: readonly RollUpRow[]): Promise<void> => {
  await tx.stage('delta', DELTA_COLUMNS, rows.map(deltaRow))
}
