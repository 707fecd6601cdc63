import type { DuckDBType, DuckDBValue, JS } from '@duckdb/node-api'
import { BIGINT, BLOB, BOOLEAN, blobValue, DOUBLE, listValue, VARCHAR } from '@duckdb/node-api'
import type { ColumnKind, SqlParam, SqlRow, SqlValue } from '../sql/sql.ts'
import { isSqlValue } from '../sql/sql.ts'

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
  if (isSqlValue(value)) return scalar(value)
  return listValue([...value].map(scalar))
}

function scalar(value: SqlValue): DuckDBValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  return value instanceof Uint8Array ? blobValue(value) : value
}

/** A value for a column of a known kind, as bulk insertion needs it. */
export function toDuckdbColumn(value: SqlValue, kind: ColumnKind): DuckDBValue {
  if (typeof value === 'number') return kind === 'int' ? BigInt(value) : value
  return value instanceof Uint8Array ? blobValue(value) : value
}

/** One value of a column, as {@link fromDuckdb} has it; of other kinds than numbers, texts and truths it is `null`. */
export const fromDuckdbValue = (value: DuckDBValue): SqlValue => {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : null
}

/** Integers of every width become plain numbers: nothing we keep exceeds 2^53. */
export function fromDuckdb(row: Readonly<Record<string, JS>>): SqlRow {
  const values: SqlRow = {}
  for (const name in row) {
    const value = row[name]
    if (typeof value === 'bigint') values[name] = Number(value)
    else values[name] = isSqlValue(value) ? value : null
  }
  return values
}
