import type { PlayRecord } from '#domain/types'

/** One account as a source gave it: its plays, or why there are none to judge. */
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
  /** What went wrong besides single accounts, known once all are read. */
  warnings(): readonly string[]
  /** Whether places come from our own geo file, whose makers are then named. */
  readonly usesOwnGeo: boolean
}
