import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'
import { BIGINT, BLOB, BOOLEAN, blobValue, DOUBLE, listValue, VARCHAR } from '@duckdb/node-api'
import type { ColumnKind, SqlParam, SqlRow, SqlValue } from './sql.ts'

const TYPES: Record<ColumnKind, DuckDBType> = {
  text: VARCHAR,
  json: VARCHAR,
  int: BIGINT,
  float: DOUBLE,
  bool: BOOLEAN,
  bytes: BLOB,
}

/** The engine's type of one of our columns. */
export const duckdbType = (kind: ColumnKind): DuckDBType => TYPES[kind]

/** Whole numbers go in as BIGINT: a DOUBLE would make the engine cast the column and skip nothing. */
export function toDuckdb(value: SqlParam): DuckDBValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (value instanceof Uint8Array) return blobValue(value)
  if (Array.isArray(value)) return listValue(value.map(toDuckdb))
  return value as DuckDBValue
}

/** A value for a column of a known kind, as bulk insertion needs it. */
export function toDuckdbColumn(value: SqlValue, kind: ColumnKind): DuckDBValue {
  if (value === null) return null
  if (kind === 'int') return BigInt(value as number)
  return value instanceof Uint8Array ? blobValue(value) : value
}

/** Integers of every width become plain numbers: nothing we keep exceeds 2^53. */
export function fromDuckdb(row: Record<string, unknown>): SqlRow {
  for (const name in row) {
    const value = row[name]
    if (typeof value === 'bigint') row[name] = Number(value)
  }
  return row as SqlRow
}
