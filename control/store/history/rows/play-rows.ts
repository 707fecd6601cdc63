import type { Sql, SqlValue } from '../../sql/sql.ts'

/** Writes the table of single plays of one engine; all but `firstStart` inside a transaction. */
export interface PlayRows {
  /** Adds rows, their values in the order of `PLAYS.columns`. */
  insert(tx: Sql, rows: readonly SqlValue[][]): Promise<void>
  /** Deletes the plays with these lookup keys. */
  remove(tx: Sql, keys: readonly number[]): Promise<void>
  /** Deletes the plays last seen before a moment (Unix ms); answers how many. */
  forget(tx: Sql, before: number): Promise<number>
  /** A moment (Unix ms) before which no play began that was seen, or ended, at or after `seen`. */
  firstStart(sql: Pick<Sql, 'query'>, seen: number): Promise<number>
}
