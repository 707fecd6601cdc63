import type { DuckDBConnection } from '@duckdb/node-api'
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
    const part = rows.slice(from, from + CHUNK)
    const chunk = DuckDBDataChunk.create(types, part.length)
    for (const [index, column] of columns.entries()) {
      const values = part.map((row) => toDuckdbColumn(row[index] ?? null, column.kind))
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
