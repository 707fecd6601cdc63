/** A value a column holds; engines hand integers back as plain numbers. */
export type SqlValue = string | number | boolean | null | Uint8Array

/** A statement's argument; a list becomes an array, for `unnest($1::text[])`. */
export type SqlParam = SqlValue | readonly (string | null)[] | readonly (number | null)[]

export type SqlRow = Record<string, SqlValue>

export type ColumnKind = 'text' | 'int' | 'float' | 'bool' | 'json' | 'bytes'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
}

/** Differences of SQL between the two engines. */
export interface Dialect {
  readonly name: 'duckdb' | 'postgres'
  /** Makes text compare by code point, so that pages come in one order on both. */
  readonly binaryCollation: string
  /** Condition that finds plays by `unnest($1::bigint[])` of lookup keys, the way the engine does it fast. */
  readonly playsByKey: string
  /** A condition on few columns of plays, written so that the others are read of matching rows only. */
  readonly playsWhere: (condition: string) => string
  /** Whether roll-ups are kept by month, and viewers as bits. */
  readonly hasMonths: boolean
  /** Statement that lets one such writer in at a time, until commit; `null` where there is only one writer. */
  readonly exclusive: string | null
}

/** Runs statements; `$1`-style parameters only, and without any several statements at once. */
export interface Sql {
  readonly dialect: Dialect
  query(text: string, params?: readonly SqlParam[]): Promise<SqlRow[]>
  /** Reads a large result piece by piece from one snapshot; a piece is a list of values for each column. */
  batches(text: string, params?: readonly SqlParam[]): AsyncIterable<SqlValue[][]>
  /** Adds many rows at once; inside `write` only. */
  insert(table: string, columns: readonly Column[], rows: readonly SqlValue[][]): Promise<void>
  /** Puts rows into a temporary table of this transaction; inside `write` only. */
  stage(table: string, columns: readonly Column[], rows: readonly SqlValue[][]): Promise<void>
  /** One transaction; nested calls join it. What the work throws rolls it back. */
  write<T>(work: (tx: Sql) => Promise<T>): Promise<T>
}

/** An open database. */
export interface Database extends Sql {
  /** Bytes on disk. */
  size(): Promise<number>
  /** Writes everything as of one moment into a new file, beside running work: DuckDB a database, PostgreSQL what `pg_restore` takes. */
  copyTo(file: string): Promise<void>
  close(): Promise<void>
}

/** A name as SQL wants it; all of ours are plain words, some of them reserved. */
export const quoted = (name: string): string => `"${name}"`

/** Whether a column can hold it as it is. */
export function isSqlValue(value: unknown): value is SqlValue {
  const type = typeof value
  if (type === 'string' || type === 'number' || type === 'boolean') return true
  return value === null || value instanceof Uint8Array
}
