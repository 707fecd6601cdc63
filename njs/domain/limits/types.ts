import type { ReasonId } from '../reasons.ts'
import type { Limitation } from '../types.ts'

/** What an account may do at once and the clocks its caps run on. All times in milliseconds. */
export interface Limits {
  /** Streams at once; 0 = no cap. */
  readonly maxStreams: number
  /** Distinct networks at once; 0 = no cap. */
  readonly maxNetworks: number
  readonly limitation: Limitation
  /** `once`: several sessions on one channel count as one stream. */
  readonly sameChannel: 'once' | 'each'
  /** Who is banned when the account plays too much. */
  readonly victim: 'newest' | 'oldest'
  /** How long the excess stays banned. */
  readonly banMs: number
  /** How long sessions must be requested beside each other before they exceed a soft cap. */
  readonly confirmMs: number
  /** How long a superseded session may still be requested without counting. */
  readonly supersedeMs: number
  /** How long a slot is kept for a session that does not start. */
  readonly reserveMs: number
  /** Silence after which another network may take a session over. */
  readonly takeoverMs: number
}

/** Defaults of the caps; a caller sets the numbers and overrides what its plan or backend says. */
export const DEFAULT_LIMITS: Limits = {
  maxStreams: 1,
  maxNetworks: 0,
  limitation: 'soft',
  sameChannel: 'each',
  victim: 'newest',
  banMs: 180_000,
  confirmMs: 30_000,
  supersedeMs: 15_000,
  reserveMs: 10_000,
  takeoverMs: 10_000,
}

/** Silence after which a live HLS or DASH session's slot is free. */
export const IDLE_LIVE_MS = 30_000

/** The same for archives and films, whose players buffer for minutes. */
export const IDLE_VOD_MS = 120_000

/** Fixed clocks of the cap logic, in milliseconds. The Lua scripts hold the same numbers; a test compares them. */
export const CLOCKS = {
  /** An expired session is remembered this long, so that a late renewal can bring it back. */
  ghost: 120_000,
  /** After a repeated or shared-device excess nobody beyond the cap is tolerated for this long. */
  lock: 95_000,
  /** After any excess no new device beyond the cap is tolerated for this long. */
  probation: 900_000,
  /** A refusal that is no ban is remembered this long. */
  retry: 10_000,
  /** An edge reports a session at most this often, so silence seen through reports is overstated by it. */
  report: 20_000,
  /** What the traffic log takes to tell of a request. */
  traffic: 2_000,
  /** Openings of one device closer than this race instead of following each other. */
  settle: 250,
  /** A race of one device's openings is over when none came for this long. */
  rush: 1_000,
  /** An excess that has lasted so long is no gathering of late boxes: one more than the cap is let in, not more. */
  rally: 12_000,
  /** Two networks seen to be one home stay paired this long. */
  pair: 3_600_000,
  /** An opening asked again by one device for one channel within this time is the same press of a button; so is each reload of a player that asks its opening address for every list. */
  press: 15_000,
  /** A session that shows no media for so long is no look that a player takes before it plays. */
  look: 3_000,
  /** A live session that was not asked for this long is likely over: longer than the segments of most channels. */
  quiet: 12_000,
  /** A player that was refused and walks down its list has done so after this. */
  walk: 10_000,
  /** A device that left a channel asks for it no more after this: who does is a second player that looks the same. */
  overlap: 3_000,
  /** How long a second player that looks the same cannot take its place back, counted from its last try. */
  rival: 60_000,
  /** A reservation without media for this long is a probe: a screen that really plays may have its place. */
  probe: 4_000,
} as const

/** How many entries of each kind one account keeps; a step costs what an account holds. */
export const KEPT = {
  /** Live sessions, also of an account without a cap. */
  live: 1_000,
  superseded: 48,
  ghosts: 32,
  refused: 128,
  devices: 128,
  pairs: 16,
  rivals: 32,
  swaps: 32,
  /** Players that look the same and want their places back, from which on none takes another one's. */
  crowd: 2,
  /** Turns that two channels of one device take in a row before they are two players. */
  turns: 12,
} as const

/** One session in an account's state. Times in Unix ms, 0 = never. */
export interface Slot {
  sid: string
  /** Idempotency id of the opening. */
  req: string
  ch: string
  dev: string
  player: string
  net: string
  /** Download id, empty without one. */
  dl: string
  /** Fingerprint of a token that only a backend knows, empty without one. */
  tok: string
  opened: number
  /** When its opening was asked last: once for most players, at every reload for some. */
  asked: number
  started: number
  seen: number
  /** Silence that frees the slot. */
  idle: number
  /** Since when it does not count, because its device opened something else. */
  sup: number
  /**
   * Since when it was superseded and kept being requested: it counts, and cannot be superseded again.
   * -1 = superseded and maybe still requested: edges were told to ask at its next request.
   */
  firm: number
  /** Since when it is expired, kept only to be brought back. */
  gone: number
  /** Since when its place is another session's of the same device. */
  out: number
  /** Edge that last reported it. */
  edge: string
  bytes: number
  reqs: number
  /** When traffic of it was last reported, seconds late and a hint only. */
  used: number
  /** JSON of what is only shown. */
  info: string
}

/** Everything that decides about one account. */
export interface AccountState {
  account: string
  limits: Limits
  slots: Record<string, Slot>
  /** Lease keys that were ended, with why and until when. */
  refused: Record<string, { until: number; reason: ReasonId }>
  /** `<channel>|<device>` or `<channel>|<network>#<token>` banned by the cap, until when. */
  devices: Record<string, number>
  /** IPv6 network → the IPv4 network of the same home. */
  pairs: Record<string, { net: string; until: number }>
  /** Racing openings of one device under a hard cap. */
  rush: Record<string, { n: number; at: number; req: string }>
  /** `<channel>|<device>` of a second player that looks like the one that plays, and until when it may not take the place back. */
  rivals: Record<string, number>
  /** Device → the channel that last gave its place to another one, and how many such turns in a row. */
  swaps: Record<string, { from: string; to: string; n: number; at: number }>
  /** Since when the account plays more than it may. */
  over: number
  /** Until when nothing beyond the cap is served. */
  lock: number
  /** Until when a device that zaps may leave one session behind, not more. */
  tight: number
  /** Until when no new device beyond the cap is tolerated. */
  probation: number
}

/** What a step caused besides its answer. */
export interface Effects {
  ended: { key: string; slot: Slot; reason: ReasonId }[]
  /** Keys to refuse at every edge. */
  kill: { key: string; until: number; reason: ReasonId }[]
  /** Keys every edge forgets, so that the player asks again. */
  drop: string[]
  /** Device bans set. */
  devices: { account: string; channel: string; device: string; until: number; reason: ReasonId }[]
}

/** What asks for a slot. */
export interface Claim {
  readonly key: string
  readonly sid: string
  readonly req: string
  readonly ch: string
  readonly dev: string
  readonly player: string
  readonly net: string
  readonly dl: string
  readonly idle: number
  readonly edge: string
  readonly info: string
  /** Fingerprint of a token that only a backend knows: a hard cap bans it too, whatever it plays on. */
  readonly tok?: string
  /** Its key names it: it never goes on with another opening's session. */
  readonly fixed?: true
}

export type Verdict =
  | {
      outcome: 'admitted'
      sid: string
      key: string
      leaseMs: number
      isKnown: boolean
      /** When the session was opened, Unix ms: with it the same pass is made again. */
      openedMs: number
    }
  | { outcome: 'refused'; reason: ReasonId; until: number }
  /** Ask again after `waitMs`: openings of one device race for a slot it has only reserved. */
  | { outcome: 'settle'; waitMs: number }
