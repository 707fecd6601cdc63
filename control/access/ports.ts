import type { ReasonId } from '#domain/reasons'
import type { AccountRef, FailMode, GroupWonBy, Protocol } from '#domain/types'
import type { ChannelRule, GroupConfig } from '../config/schema/schema.ts'
import type { AuthRequest, Decision, PreviousAnswer } from './authorize/decision.ts'

/** The part of a channel that an opening needs. */
export interface OpenChannel {
  readonly id: string
  readonly title: string
  readonly protocol: Protocol
  /** What to ask which protocol it is, where the list does not say; `null` = the list does. */
  readonly askAt: string | null
  readonly isVod: boolean
  /** Whether a path below it, with its query, leads into its archive. */
  readonly isArchive: (rest: string, args: string) => boolean
  /** File name the playback starts with at the origin. */
  readonly entry: string
}

/** Groups and channels as they are now. */
export interface Catalog {
  channel(id: string): OpenChannel | undefined
  group(name: string): GroupConfig | undefined
  /** Whether a group may watch a channel now. */
  standing(group: string, channel: string): 'in' | 'out' | 'surge'
  /** The first channel rule that matches its id or its `tvg-id`. */
  rule(channel: string): ChannelRule | undefined
  classify(viewer: {
    readonly address: string
    readonly country: string | null
    readonly account: string | null
    readonly accountGroup: string | null
  }): { readonly group: string; readonly wonBy: GroupWonBy } | null
}

/** Claims of a verified ticket. */
export interface TicketClaims {
  readonly account: AccountRef
  readonly group: string
  readonly wonBy: GroupWonBy
  readonly download: string
  /** Unix seconds. */
  readonly issuedSec: number
}

/** Claims of a verified pass. */
export interface PassClaims {
  readonly account: AccountRef
  readonly group: string
  readonly sid: string
  readonly download: string | null
  readonly protocol: Protocol
  readonly failMode: FailMode
}

export type Reading<T> =
  | { readonly ok: true; readonly claims: T }
  | { readonly ok: false; readonly reason: ReasonId }

/** Tickets and passes under the present keys. */
export interface Signer {
  /** The session id of an opening: the same request id gets the same one. */
  sessionId(requestId: string): string
  readTicket(ticket: string, nowMs: number): Reading<TicketClaims>
  readPass(pass: string, channel: string, nowMs: number): Reading<PassClaims>
  mintPass(claims: PassClaims, channel: string, nowMs: number): string
  leaseKey(pass: string, channel: string): string
  cloneKey(pass: string, channel: string, network: string): string
}

/** Authorization by rules and HTTP backends. */
export interface Authorizer {
  /** Name of the auth backend that decides about a channel in a group; `null` = none does. */
  backendFor(channel: string, group: string): string | null
  authorize(request: AuthRequest, previous?: PreviousAnswer): Promise<Decision>
}
