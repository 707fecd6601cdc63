import type { Sql, SqlValue } from '../../sql/sql.ts'

/** Writes the table of single plays of one engine; all but `startsOf` inside a transaction. */
export interface PlayRows {
  /** Adds rows, their values in the order of `PLAYS.columns`. */
  insert(tx: Sql, rows: readonly SqlValue[][]): Promise<void>
  /** Deletes the plays with these lookup keys. */
  remove(tx: Sql, keys: readonly number[]): Promise<void>
  /** Deletes the plays last seen before a moment (Unix ms); answers how many. */
  forget(tx: Sql, before: number): Promise<number>
  /** SQL that holds for the beginning of each play that was seen, or ended, at or after `seen` (Unix ms), and for few others. */
  startsOf(sql: Pick<Sql, 'query'>, seen: number): Promise<string>
}
