import { setImmediate } from 'node:timers/promises'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { DuckDBDataChunk } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'
import type { Column, ColumnKind, SqlValue } from '../sql/sql.ts'
import { quoted } from '../sql/sql.ts'
import { duckdbType, toDuckdbColumn } from './duckdb-values.ts'

/** Rows after which others have their turn; the engine's own vectors hold no more than twice as many. */
const CHUNK = 1024

export interface Rows {
  readonly columns: readonly Column[]
  readonly rows: readonly SqlValue[][]
}

/** The engine's own value of one that a column may have; `null` where there is no short way to it. */
const ownValue = (value: SqlValue, kind: ColumnKind): duckdb.Value | null => {
  if (value === null) return duckdb.create_null_value()
  if (typeof value === 'string') return duckdb.create_varchar(value)
  if (typeof value === 'boolean') return duckdb.create_bool(value)
  if (typeof value !== 'number') return null
  return kind === 'int' ? duckdb.create_int64(BigInt(value)) : duckdb.create_double(value)
}

/** Fills a column with one value, where all rows have the same; else it answers false. Many columns of plays are empty or alike, and value by value takes as long as all else. */
const fillAlike = (
  { chunk }: DuckDBDataChunk,
  index: number,
  { kind, values }: { readonly kind: ColumnKind; readonly values: readonly SqlValue[] },
): boolean => {
  const [first = null] = values
  if (!values.every((value) => Object.is(value, first))) return false
  const own = ownValue(first, kind)
  if (own !== null) duckdb.vector_reference_value(duckdb.data_chunk_get_vector(chunk, index), own)
  return own !== null
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
    const some = rows.slice(from, from + CHUNK)
    const chunk = DuckDBDataChunk.create(types, some.length)
    for (const [index, { kind }] of columns.entries()) {
      const values = some.map((row) => row[index] ?? null)
      if (fillAlike(chunk, index, { kind, values })) continue
      const own = values.map((value): DuckDBValue => toDuckdbColumn(value, kind))
      chunk.setColumnValues(index, own)
    }
    appender.appendDataChunk(chunk)
    if (from + CHUNK < rows.length) {
      appender.flushSync()
      await setImmediate()
    }
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
