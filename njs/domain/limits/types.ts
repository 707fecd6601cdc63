import type { ReasonId } from '../reasons.ts'
import type { Limitation } from '../types.ts'

/** Caps and time limits of an account. Times in milliseconds. */
export interface Limits {
  /** Streams at once; 0 = no cap. */
  readonly maxStreams: number
  /** Distinct networks at once; 0 = no cap. */
  readonly maxNetworks: number
  readonly limitation: Limitation
  /** `once` = several sessions on one channel count as one stream. */
  readonly sameChannel: 'once' | 'each'
  /** Which sessions are ended and banned when a cap is exceeded. */
  readonly victim: 'newest' | 'oldest'
  /** Duration of a cap's ban. */
  readonly banMs: number
  /** How long sessions above a soft cap must be requested at the same time before they are an excess. */
  readonly confirmMs: number
  /** How long a superseded session may still be requested without counting. */
  readonly supersedeMs: number
  /** How long a slot is reserved for a session without media. */
  readonly reserveMs: number
  /** Time without requests after which a session may be continued from another network. */
  readonly takeoverMs: number
}

/** Default limits, without caps; callers set those of group, plan or backend. */
export const DEFAULT_LIMITS: Limits = {
  reserveMs: 10_000,
  maxStreams: 1,
  maxNetworks: 0,
  limitation: 'soft',
  sameChannel: 'each',
  victim: 'newest',
  banMs: 180_000,
  confirmMs: 30_000,
  supersedeMs: 15_000,
  takeoverMs: 10_000,
}

/** Time without requests after which a live HLS or DASH session expires. */
export const IDLE_LIVE_MS = 30_000

/** The same for archive and VOD, whose players buffer for minutes. */
export const IDLE_VOD_MS = 120_000

/** Fixed times of the cap logic, in milliseconds. The Lua scripts have the same; a test compares them. */
export const CLOCKS = {
  /** How long an expired session can be restored by a late renewal. */
  ghost: 120_000,
  /** How long nothing above the cap is tolerated after a repeated excess, or one of a shared device. */
  lock: 95_000,
  /** How long no new device above the cap is tolerated after any excess. */
  probation: 900_000,
  /** How long edges cache a refusal without a ban. */
  retry: 10_000,
  /** Interval of an edge's reports of a session; the last request may be later than the last report by this. */
  report: 20_000,
  /** Delay of the traffic log. */
  traffic: 2_000,
  /** Openings of one device within this time are concurrent, not consecutive. */
  settle: 250,
  /** Concurrent openings of one device are over after this time without one. */
  rush: 1_000,
  /** After an excess has lasted for this time, one screen above the cap is admitted, not more: several late boxes would have come before. */
  rally: 12_000,
  /** How long two networks of one home stay paired. */
  pair: 3_600_000,
  /** An opening of the same device and channel within this time of the last one repeats it; so does each reload of a player that requests its opening address for every manifest. */
  press: 15_000,
  /** A session without media for longer than this is no probe before playing. */
  look: 3_000,
  /** A live session without requests for this time is probably over: longer than the segments of most channels. */
  quiet: 12_000,
  /** Time in which a player that was refused tries the other channels of its playlist. */
  walk: 10_000,
  /** A request so soon after a session was replaced was on its way already. */
  stray: 100,
  /** Time in which a device still requests a channel that it has left; later requests are a rival's. */
  overlap: 3_000,
  /** How long a rival cannot replace the other's session, since its last try. */
  rival: 60_000,
  /** A reservation without media for this time is a probe, and may be replaced by another screen. */
  probe: 4_000,
} as const

/** Most entries of each kind in an account's state, which bound the cost of a step. */
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
  /** Number of other rivals from which on none replaces another's session. */
  crowd: 2,
  /** Times that two channels of one device id replace each other in a row before they are two players. */
  turns: 30,
  /** Turns that one counts for whose replaced player had asked on. */
  contested: 15,
} as const

/** One session in an account's state. Times in Unix ms, 0 = never. */
export interface Slot {
  sid: string
  /** Idempotency id of the opening. */
  req: string
  ch: string
  dev: string
  /** The device without its playback id: the same for every playback of one player at one address. */
  kin: string
  player: string
  net: string
  /** Download id, empty without one. */
  dl: string
  /** Fingerprint of a token that only a backend knows, empty without one. */
  tok: string
  opened: number
  /** Time of its last opening: for most players the only one, for some that of every reload. */
  asked: number
  started: number
  seen: number
  /** Milliseconds without requests after which it expires. */
  idle: number
  /** Since when it is superseded and does not count, because its device has opened another channel. */
  sup: number
  /**
   * Since when it is known to be requested although superseded: it counts, and cannot be superseded again.
   * -1 = superseded and perhaps still requested: control is asked about its next request.
   */
  firm: number
  /** Since when it is expired and kept for a late renewal. */
  gone: number
  /** Since when it is replaced by another session of the same device. */
  out: number
  /** Edge that last reported it. */
  edge: string
  bytes: number
  reqs: number
  /** When its traffic was last reported, seconds late. */
  used: number
  /** JSON of fields that are only shown. */
  info: string
}

/** The state of an account that cap decisions depend on. */
export interface AccountState {
  account: string
  limits: Limits
  slots: Record<string, Slot>
  /** Lease keys that are refused, with reason and end. */
  refused: Record<string, { until: number; reason: ReasonId }>
  /** `<channel>|<device>` or `<channel>|<network>#<token>` that a cap has banned, with the ban's end. */
  devices: Record<string, number>
  /** IPv6 network → the IPv4 network of the same home. */
  pairs: Record<string, { net: string; until: number }>
  /** Concurrent openings of a device with a hard cap. */
  rush: Record<string, { n: number; at: number; req: string }>
  /** `<channel>|<kin>` of rivals (second players that look the same), and until when they may not replace the other's session. */
  rivals: Record<string, number>
  /** By kin: the channel that was last replaced by another, how many times in a row they replaced each other, and whether the replaced player asked on. */
  swaps: Record<string, { from: string; to: string; n: number; at: number; told?: true }>
  /** Since when the account exceeds a cap; 0 = it does not. */
  over: number
  /** Until when nothing above the cap is tolerated. */
  lock: number
  /** Until when a device that changes channels may have one superseded session, not more. */
  tight: number
  /** Until when no new device above the cap is tolerated. */
  probation: number
}

/** Effects of a step besides its answer. */
export interface Effects {
  ended: { key: string; slot: Slot; reason: ReasonId }[]
  /** Lease keys to refuse at every edge. */
  kill: { key: string; until: number; reason: ReasonId }[]
  /** Lease keys to drop at every edge, so that control is asked about their next request. */
  drop: string[]
  /** Device bans set. */
  devices: { account: string; channel: string; device: string; until: number; reason: ReasonId }[]
}

/** A request for a slot. */
export interface Claim {
  readonly key: string
  readonly sid: string
  readonly req: string
  readonly ch: string
  readonly dev: string
  /** The device without its playback id; where left out, the player has none. */
  readonly kin?: string
  readonly player: string
  readonly net: string
  readonly dl: string
  readonly idle: number
  readonly edge: string
  readonly info: string
  /** Hash of a token that only a backend knows: a hard cap bans it too, on any device. */
  readonly tok?: string
  /** Its key is fixed (inferred session): it never continues another opening's session. */
  readonly fixed?: true
}

export type Verdict =
  | {
      outcome: 'admitted'
      sid: string
      key: string
      leaseMs: number
      isKnown: boolean
      /** When the session was opened (Unix ms), from which the same pass is signed again. */
      openedMs: number
    }
  | { outcome: 'refused'; reason: ReasonId; until: number }
  /** To be repeated after `waitMs`: openings of one device are racing for its reservation. */
  | { outcome: 'settle'; waitMs: number }
