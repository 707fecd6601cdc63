import type { BanKind } from '#domain/reasons'
import type { AccountRef, GroupWonBy, Limitation } from '#domain/types'

/** Any JSON value. */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [k: string]: Json }

/** An account; `null` caps fall back to plan, group and default. */
export interface Account {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly expiresAt: number | null
  readonly maxSessions: number | null
  readonly maxNetworks: number | null
  readonly limitation: Limitation | null
  readonly plan: string | null
  readonly group: string | null
  readonly note: string | null
  readonly createdAt: number
  readonly updatedAt: number
}

/** A secret's hash: HMAC of a token, or argon2id of an Xtream password. */
export interface Token {
  readonly id: string
  readonly accountId: string
  readonly kind: 'token' | 'xtream'
  readonly username: string | null
  readonly hash: string
  readonly label: string | null
  readonly createdAt: number
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
}

/** Caps shared by the accounts that name the plan. */
export interface Plan {
  readonly name: string
  readonly maxSessions: number | null
  readonly maxNetworks: number | null
  readonly limitation: Limitation | null
  readonly note: string | null
  readonly updatedAt: number
}

/** One copy of a playlist, recorded when first used. */
export interface Download {
  readonly id: string
  readonly account: AccountRef
  readonly group: string
  readonly wonBy: GroupWonBy
  readonly issuedAt: number
  readonly firstUsedAt: number | null
  readonly firstNetwork: string | null
  readonly firstAddress: string | null
  readonly userAgent: string | null
  readonly revokedAt: number | null
}

/** A ban; `until` null: without an end. */
export interface Ban {
  readonly id: string
  readonly kind: BanKind
  readonly subject: string
  readonly account: AccountRef | null
  readonly reason: string
  readonly evidence: Json
  readonly createdAt: number
  readonly until: number | null
  readonly by: string
  readonly liftedAt: number | null
  readonly liftedBy: string | null
}

/** A signing key; its bytes leave the store only for signing and verifying. */
export interface SigningKey {
  readonly kid: string
  readonly purpose: string
  readonly secret: Uint8Array
  readonly createdAt: number
  readonly activeFrom: number
  readonly retiredAt: number | null
}

/** One change made by an operator or the service. */
export interface AuditEntry {
  readonly id: string
  readonly at: number
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly before: Json
  readonly after: Json
}

/** A named value of the running system: the surge state, the history's horizon. */
export interface Setting {
  readonly key: string
  readonly value: Json
  readonly updatedAt: number
}

/** A registered edge, which may call the control plane. */
export interface Edge {
  readonly id: string
  readonly name: string
  readonly keyHash: string
  readonly createdAt: number
  readonly revokedAt: number | null
}

/** How far a source's history has been read. */
export interface ImportCursor {
  readonly source: string
  readonly value: Json
  readonly updatedAt: number
}

/** A detection rule as edited by API; detectors define its form. */
export interface StoredRule {
  readonly id: string
  readonly rule: Json
  readonly enabled: boolean
  readonly updatedAt: number
}

/** A finding of a detector, with its response. */
export interface StoredFinding {
  readonly id: string
  readonly rule: string
  readonly kind: string
  readonly account: AccountRef
  readonly severity: string
  readonly confidence: number
  readonly at: number
  readonly evidence: Json
  readonly state: string
  readonly acted: string | null
}

/** How likely an account is shared, as last assessed; detectors define the reasons. */
export interface StoredAssessment {
  readonly account: AccountRef
  readonly name: string | null
  readonly confidence: number
  readonly flagged: boolean
  readonly at: number
  /** Plays it was judged by. */
  readonly plays: number
  readonly detail: Json
}

/** One change of an account's trust, with the value after it. */
export interface TrustEntry {
  readonly id: string
  readonly account: AccountRef
  readonly at: number
  readonly delta: number
  readonly value: number
  readonly reason: string
  readonly findingId: string | null
}

/** An operator's feedback on a network, device, city or account. */
export interface Feedback {
  readonly id: string
  readonly account: AccountRef
  readonly kind: 'network' | 'home' | 'device' | 'city' | 'account'
  readonly value: string
  readonly verdict: string
  readonly at: number
  readonly by: string
}
