import type { AuthRequest, Decision } from '../authorize/decision.ts'

/** A running session that an auth backend admitted, with the time of its next update. */
export interface LiveAuth {
  readonly request: AuthRequest
  readonly decision: Decision
  readonly openedAt: number
  /** Bytes sent to the backend at its last update. */
  readonly bytes?: number
  /** Bytes before it paused and continued: the counter of its slot then restarts at zero. */
  readonly bytesBefore?: number
  /** Updates sent so far. */
  readonly updates: number
  readonly dueAt: number
  /** Whether it has stopped or was refused: no further update until its pass is used again. */
  readonly isParked?: boolean
}

/**
 * Where running sessions are kept; shared by control planes so that one of them sends each update.
 */
export interface LiveAuthStore {
  /** Stores a session; a parked one is never due. */
  put(live: LiveAuth): Promise<void>
  get(sessionId: string): Promise<LiveAuth | null>
  remove(sessionId: string): Promise<void>
  /**
   * Takes up to `limit` sessions due by `now`; other callers do not get them until `now + holdMs`.
   */
  claimDue(now: number, limit: number, holdMs: number): Promise<readonly LiveAuth[]>
  /** All that are not parked. */
  list(): AsyncIterable<LiveAuth>
  /** Makes one channel's sessions, or (`null`) all, due now. */
  makeDue(channel: string | null, now: number): Promise<number>
}
