import type { Database, Sql, SqlValue } from '../../sql/sql.ts'

/** Writes the table of single plays of one engine. */
export interface PlayRows {
  /** Adds rows, their values in the order of `PLAYS.columns`; inside a transaction. */
  insert(tx: Sql, rows: readonly SqlValue[][]): Promise<void>
  /** Deletes the plays with these lookup keys; inside a transaction. */
  remove(tx: Sql, keys: readonly number[]): Promise<void>
  /** Deletes the plays last seen before a moment (Unix ms), of which no news is taken any more; answers how many. */
  forget(db: Database, before: number): Promise<number>
  /** SQL that holds for the beginning of each play that was seen, or ended, at or after `seen` (Unix ms), and for few others. */
  startsOf(sql: Pick<Sql, 'query'>, seen: number): Promise<string>
}
