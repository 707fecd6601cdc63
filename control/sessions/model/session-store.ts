import type { TrafficRow } from '#domain/limits/limits'
import type { Limits } from '#domain/limits/types'
import type { ReasonId } from '#domain/reasons'
import type { AccountRef } from '#domain/types'
import type { LeaseKey, LiveSession, SessionInfo } from './live-session.ts'

/** One playback that asks for a slot, or for its slot again. */
export interface SessionClaim {
  readonly account: AccountRef
  readonly sid: string
  readonly key: LeaseKey
  readonly channel: string
  /** Device id: hash of account, network and player. */
  readonly device: string
  /** The device id without the playback id: the same for every playback of one player at one address. */
  readonly kin?: string
  /** The device without its network: user-agent family and playback id. */
  readonly player: string
  /** Network key of the address. */
  readonly network: string
  /** Fingerprint of a token that only a backend knows. */
  readonly foreignToken?: string | null
  /** Download id of the ticket, where there is one. */
  readonly download: string | null
  /** Silence after which the slot is free: `IDLE_LIVE_MS`, `IDLE_VOD_MS` or the protocol's own. */
  readonly idleMs: number
  /** Applied by an opening; by a check only where the account's state is gone. */
  readonly limits: Limits
  readonly info: SessionInfo
  /**
   * The key identifies the playback (an inferred session, a connection of another server): it never
   * continues another opening's session.
   */
  readonly isFixed?: boolean
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
  /** Unix ms of the session's first opening. */
  readonly openedMs: number
  /** Sessions it has replaced, to be dropped at every edge. */
  readonly replaced?: readonly LeaseKey[]
}

export interface Refused {
  readonly outcome: 'refused'
  readonly reason: ReasonId
  /** Unix ms until which the same request would be refused again; 0 = not to be cached. */
  readonly denyUntil: number
}

export type Admission = Admitted | Refused

export interface RenewRequest {
  readonly edge: string
  /** Sessions used since the last sync. */
  readonly seen: readonly LeaseKey[]
  /** Bytes and requests since the last sync. Traffic alone renews nothing. */
  readonly traffic?: readonly TrafficRow[]
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
  /** Unknown lease keys: the edge drops the lease and asks again with the pass. */
  readonly drop: readonly LeaseKey[]
}

/** The end of a session, for history and the log. */
export interface SessionEnd {
  readonly account: AccountRef
  readonly session: LiveSession
  readonly reason: ReasonId
}

/** Counts sessions and enforces caps, exactly, over all edges and control planes. */
export interface SessionStore {
  /** True while slots are counted in this process's memory alone. */
  readonly isDegraded: boolean
  open(request: OpenRequest): Promise<Admission>
  check(request: CheckRequest): Promise<Admission>
  /** One edge's batch; at most 5,000 keys a call. */
  renew(request: RenewRequest): Promise<RenewResult>
  /** The player disconnected; `[key, bytes]` adds bytes not yet reported. */
  close(keys: readonly LeaseKey[], reason?: ReasonId): Promise<void>
  /** Ends a session whose opening was given up; false where it is played, or was asked for again, meanwhile. */
  leave(key: LeaseKey): Promise<boolean>
  /** Ends a session and refuses its key until the ban clock has run. */
  end(key: LeaseKey, reason: ReasonId, refuseMs?: number): Promise<boolean>
  /** New limits of an account, effective at its next renewal or opening. */
  setLimits(account: AccountRef, limits: Limits): Promise<void>
  /** Live sessions of one account. */
  ofAccount(account: AccountRef): Promise<LiveSession[]>
}
