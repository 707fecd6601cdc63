import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { DuckDBDataChunk } from '@duckdb/node-api'
import type { Column, SqlValue } from '../sql/sql.ts'
import { quoted } from '../sql/sql.ts'
import { duckdbType, toDuckdbColumn } from './duckdb-values.ts'

/** Rows of the engine's own vector size. */
const CHUNK = 2048

export interface Rows {
  readonly columns: readonly Column[]
  readonly rows: readonly SqlValue[][]
}

/** Adds rows by the fast path; it goes by position, so `columns` must be the table's own, in order. */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  { columns, rows }: Rows,
): Promise<void> {
  const appender = await connection.createAppender(table)
  const types = columns.map((column) => duckdbType(column.kind))
  for (let from = 0; from < rows.length; from += CHUNK) {
    const length = Math.min(CHUNK, rows.length - from)
    const chunk = DuckDBDataChunk.create(types, length)
    const values = Array.from<DuckDBValue>({ length })
    for (const [index, { kind }] of columns.entries()) {
      for (let at = 0; at < length; at += 1)
        values[at] = toDuckdbColumn(rows[from + at]?.[index] ?? null, kind)
      chunk.setColumnValues(index, values)
    }
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** Puts rows into a temporary table, made anew. */
export async function stageRows(
  connection: DuckDBConnection,
  table: string,
  rows: Rows,
): Promise<void> {
  const columns = rows.columns.map(
    ({ name, kind }) => `${quoted(name)} ${String(duckdbType(kind))}`,
  )
  await connection.run(`create or replace temp table ${table} (${columns.join(', ')})`)
  await appendRows(connection, table, rows)
}
