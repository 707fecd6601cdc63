import type { Limits } from '#domain/limits-types'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef, Protocol } from '#domain/types'

/** 16 characters: what an edge keeps a session under. */
export type LeaseKey = string

/** What is shown of a session and never decides anything. Must hold no token, ticket or pass. */
export interface SessionInfo {
  readonly accountName: string | null
  readonly address: string
  readonly agent: string
  readonly country: string | null
  /** Edge that opened it. */
  readonly edge: string
  readonly group: string
  readonly protocol: Protocol
  /** Fingerprint of the token, for logs. */
  readonly tokenPrint: string | null
}

/** One playback that asks for a slot, or for its slot again. */
export interface SessionClaim {
  readonly account: AccountRef
  readonly sid: string
  readonly key: LeaseKey
  readonly channel: string
  /** (account, network, player): two playbacks with one device may be one box that zaps. */
  readonly device: string
  /** The device without its network: user-agent family and playback id. */
  readonly player: string
  /** Network key of the address. */
  readonly network: string
  /** Download id of the ticket, where there is one. */
  readonly download: string | null
  /** Silence after which the slot is free: `IDLE_LIVE_MS`, `IDLE_VOD_MS` or the protocol's own. */
  readonly idleMs: number
  readonly limits: Limits
  readonly info: SessionInfo
}

/** An opening. The same `requestId` sent again gets the same slot. */
export interface OpenRequest extends SessionClaim {
  readonly requestId: string
}

/** A genuine pass that an edge holds no lease for, or that came from another network. */
export interface CheckRequest extends SessionClaim {
  /** Lease key of (pass, channel, this network): used when this turns out to be a second player. */
  readonly cloneKey: LeaseKey
  /** Milliseconds since this edge last saw the lease used; -1 = it has none. */
  readonly silentMs: number
}

export interface Admitted {
  readonly outcome: 'admitted'
  readonly sid: string
  /** Key the edge stores the lease under; a second player's differs from the one asked for. */
  readonly key: LeaseKey
  readonly leaseMs: number
  /** True when this slot was held before: a repeated opening, a lease an edge had lost, a take-over. */
  readonly isKnown: boolean
}

export interface Refused {
  readonly outcome: 'refused'
  readonly reason: ReasonId
  /** Unix ms until which the same request would be refused again; 0 = do not remember. */
  readonly denyUntil: number
}

export type Admission = Admitted | Refused

export interface RenewRequest {
  readonly edge: string
  /** Sessions used since the last sync. */
  readonly seen: readonly LeaseKey[]
  /** Bytes and requests since the last sync. Traffic alone renews nothing. */
  readonly traffic?: readonly (readonly [LeaseKey, number, number])[]
}

export interface EndedKey {
  readonly key: LeaseKey
  readonly reason: ReasonId
  /** Unix ms until which the edge refuses it. */
  readonly until: number
}

export interface RenewResult {
  /** Sessions the edge must refuse from now on. */
  readonly kill: readonly EndedKey[]
  /** Keys nobody knows: the edge forgets the lease and asks again with the pass. */
  readonly drop: readonly LeaseKey[]
}

export type BanKind = 'session' | 'device' | 'download' | 'account' | 'network'

/** `subject`: lease key; `<account>|<channel>|<device>`; download id; account; network key. */
export interface Ban {
  readonly kind: BanKind
  readonly subject: string
  readonly until: number
  readonly reason: ReasonId
  /** `cap`, `admin:<name>`, `rule:<id>`, … */
  readonly by: string
}

/** A session's end, as history and the log hear of it. */
export interface SessionEnd {
  readonly account: AccountRef
  readonly session: LiveSession
  readonly reason: ReasonId
}

/** Who may play, exactly, over every edge and control plane. */
export interface SessionStore {
  /** True while slots are counted in this process's memory alone. */
  readonly isDegraded: boolean
  open(request: OpenRequest): Promise<Admission>
  check(request: CheckRequest): Promise<Admission>
  /** One edge's batch; at most 5,000 keys a call. */
  renew(request: RenewRequest): Promise<RenewResult>
  /** The player has gone; `[key, bytes]` not yet reported may be given. */
  close(keys: readonly LeaseKey[], reason?: ReasonId): Promise<void>
  /** Ends a session and refuses its key until the ban clock has run. */
  end(key: LeaseKey, reason: ReasonId, refuseMs?: number): Promise<boolean>
  /** New limits of an account, effective at its next renewal or opening. */
  setLimits(account: AccountRef, limits: Limits): Promise<void>
  /** Live sessions of one account. */
  ofAccount(account: AccountRef): Promise<LiveSession[]>
}

export interface BanStore {
  ban(ban: Ban): Promise<{ readonly kill: readonly LeaseKey[] }>
  unban(kind: BanKind, subject: string): Promise<boolean>
  /** Active bans, from memory. */
  list(): readonly Ban[]
  /** The first active ban that hits, from memory. Device bans refuse openings only. */
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
  /** The receiver forgets what it had. */
  readonly full: boolean
  readonly set: readonly (readonly [banKey: string, until: number])[]
  readonly clear: readonly string[]
  /** Leases to drop at once and refuse. */
  readonly kill: readonly LeaseKey[]
  /** Leases to forget: the player asks again. */
  readonly drop: readonly LeaseKey[]
}

export type SessionState = 'reserved' | 'playing' | 'superseded'

export interface LiveSession extends SessionInfo {
  readonly account: AccountRef
  /** The lease key: what `show` and `end` take. */
  readonly id: LeaseKey
  readonly sid: string
  readonly channel: string
  readonly device: string
  readonly network: string
  readonly download: string | null
  readonly state: SessionState
  readonly openedAt: number
  /** 0 while only reserved. */
  readonly startedAt: number
  readonly lastSeenAt: number
  readonly bytes: number
  readonly requests: number
  /** Edge that last reported it. */
  readonly seenBy: string
}

export interface SessionQuery {
  readonly account?: AccountRef
  readonly channel?: string
  readonly group?: string
  readonly network?: string
  readonly edge?: string
  readonly device?: string
  readonly download?: string
  readonly sort?:
    | 'openedAt'
    | '-openedAt'
    | 'lastSeenAt'
    | '-lastSeenAt'
    | 'bytes'
    | '-bytes'
    | 'channel'
  readonly limit?: number
  readonly cursor?: string
}

export interface SessionPage {
  readonly items: readonly LiveSession[]
  readonly next: string | null
  /** Live sessions that match, where an index knows it. */
  readonly total: number | null
}

export interface LiveNumbers {
  readonly totalClients: number
  readonly channels: readonly { readonly channel: string; readonly clients: number }[]
  readonly isDegraded: boolean
}

/** Reading live sessions. */
export interface SessionView {
  list(query: SessionQuery): Promise<SessionPage>
  /** By lease key or session id. */
  show(id: string): Promise<LiveSession | null>
  /** Live sessions everywhere and on one channel, at most a second old: `total_clients`, `stream_clients`. */
  counts(channel: string): Promise<{ totalClients: number; streamClients: number }>
  numbers(): Promise<LiveNumbers>
}
