import type { Limitation } from './types.ts'

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

/** Defaults of design §5; a caller sets the caps and overrides what its plan or backend says. */
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

/** Idle clocks: how long a silent session keeps its slot. */
export const IDLE_LIVE_MS = 30_000
export const IDLE_VOD_MS = 120_000
