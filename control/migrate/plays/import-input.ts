import type { ReadRow } from './play-row.ts'

/** One row of a history to be imported. */
export interface InputRow {
  readonly read: ReadRow
  /** Where it stands, for a person: "line 7". */
  readonly where: string
  /** The row as it was read, for the list of bad rows. */
  readonly raw: unknown
  /** What was read once this row was: an import goes on after it. It never falls. */
  readonly position: number
}

/** A history to be imported, row by row. */
export interface ImportInput {
  readonly kind: 'history' | 'tautulli' | 'jellystat'
  /** What a person knows it by. */
  readonly name: string
  /** The same for the same input only: a file's path, size and time of change, and the options that shape its plays. */
  readonly identity: string
  /** The rows after a position; from the beginning after 0. */
  rows(after: number): AsyncIterable<InputRow>
  /** Share of the input that was read, 0 to 1; `null` where nobody knows. */
  fraction(): number | null
}
