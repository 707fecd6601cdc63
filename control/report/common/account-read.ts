import type { PlayRecord } from '#domain/types'

/** An account read from a source: its plays, or the error. */
export interface AccountRead {
  readonly user_id: unknown
  readonly name: string
  /** Whether it stands for viewers who have not signed in, and is no account. */
  readonly isPseudo: boolean
  readonly outcome:
    | { readonly ok: true; readonly plays: readonly PlayRecord[] }
    | { readonly ok: false; readonly error: string }
}

/** The accounts of a report. */
export interface AccountSource {
  /** Number of accounts without pseudo users; `null` where it is known only after reading. */
  readonly total: number | null
  readonly accounts: AsyncIterable<AccountRead>
  /** Warnings that concern no single account, complete once all are read. */
  warnings(): readonly string[]
  /** Whether places come from the bundled geo file, whose licence requires attribution. */
  readonly usesOwnGeo: boolean
}
