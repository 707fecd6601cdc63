import type { AuthRequest, Decision } from '../authorize/decision.ts'

/** A running session that an auth backend let in, and when it is asked about again. */
export interface LiveAuth {
  readonly request: AuthRequest
  readonly decision: Decision
  readonly openedAt: number
  /** Bytes told at its last update. */
  readonly bytes?: number
  /** Bytes of before it stopped and came back: its slot counts from nothing then. */
  readonly bytesBefore?: number
  /** Updates asked so far. */
  readonly updates: number
  readonly dueAt: number
  /** It stopped or was refused: asked about again only when its pass comes back. */
  readonly isParked?: boolean
}

/** Where running sessions are kept; shared by control planes so that each update is asked by one of them. */
export interface LiveAuthStore {
  /** Keeps it; a parked one is never due. */
  put(live: LiveAuth): Promise<void>
  get(sessionId: string): Promise<LiveAuth | null>
  remove(sessionId: string): Promise<void>
  /** Takes up to `limit` sessions due by `now`; nobody else gets them until `now + holdMs`. */
  claimDue(now: number, limit: number, holdMs: number): Promise<readonly LiveAuth[]>
  /** All that are not parked. */
  list(): AsyncIterable<LiveAuth>
  /** Makes one channel's sessions, or (`null`) all, due now. */
  makeDue(channel: string | null, now: number): Promise<number>
}
