import type { PlayRecord } from '#domain/types'

/** One account as read from a source: its plays, or why they could not be read. */
export interface AccountRead {
  readonly user_id: unknown
  readonly name: string
  readonly outcome:
    | { readonly ok: true; readonly plays: readonly PlayRecord[] }
    | { readonly ok: false; readonly error: string }
}

/** Where the report takes its accounts from. */
export interface AccountSource {
  /** How many accounts there are; `null` where it is known only after reading. */
  readonly total: number | null
  readonly accounts: AsyncIterable<AccountRead>
  /** Warnings that concern no single account, complete once all are read. */
  warnings(): readonly string[]
  /** Whether places come from the bundled geo file, whose authors the report then names. */
  readonly usesOwnGeo: boolean
}
