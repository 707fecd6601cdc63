import type { BanRow } from '#domain/channels/protocol'
import type { BanKind, ReasonId } from '#domain/reasons'
import type { AccountRef } from '#domain/types'
import type { LeaseKey } from './live-session.ts'

/** `subject`: lease key; `<account>|<channel>|<device>`; download id; account; network key. */
export interface Ban {
  readonly kind: BanKind
  readonly subject: string
  readonly until: number
  readonly reason: ReasonId
  /** `cap`, `admin:<name>`, `rule:<id>`, … */
  readonly by: string
  /** The operator's note. */
  readonly note?: string
}

export interface BanStore {
  ban(ban: Ban): Promise<{ readonly kill: readonly LeaseKey[] }>
  unban(kind: BanKind, subject: string): Promise<boolean>
  /** Makes edges drop cached refusals, after a change of rules or backends. */
  forgive(): Promise<void>
  /** Active bans, from memory. */
  list(): readonly Ban[]
  /** The first active ban that applies, from memory. Device bans refuse openings only. */
  find(claim: BanSubjects): Ban | null
  /** What an edge has missed; an unknown or too old cursor gets everything. */
  since(cursor: string | null): BanChanges
  /** Called for every change as it is learned, own or another control plane's. Returns the way to stop. */
  subscribe(listener: (changes: BanChanges) => void): () => void
}

export interface BanSubjects {
  readonly account: AccountRef
  readonly network: string
  readonly download: string | null
  readonly key?: LeaseKey
  readonly device?: string
  readonly channel?: string
}

/** Ban keys and lease keys as edges store them. */
export interface BanChanges {
  readonly cursor: string
  /** The receiver drops the bans that are not in it. */
  readonly full: boolean
  readonly set: readonly BanRow[]
  readonly clear: readonly string[]
  /** Leases to drop at once and refuse. */
  readonly kill: readonly LeaseKey[]
  /** Leases to drop: control is asked about the next request. */
  readonly drop: readonly LeaseKey[]
}
