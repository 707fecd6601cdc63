import type { Decision } from './decision.ts'

/** A decision as remembered; its trace is not. */
export interface StoredDecision {
  readonly decision: Decision
  /** When it was made. */
  readonly at: number
  /** Not cached for later openings: only callers that waited for this very request may use it. */
  readonly isOnce: boolean
}

/** Caches backends' decisions and lets one caller at a time ask, over all control planes. */
export interface DecisionStore {
  get(key: string, channel: string): Promise<StoredDecision | null>
  put(key: string, stored: StoredDecision, ttlMs: number): Promise<void>
  /** True: the caller sends the request. False: another caller is already sending it. */
  claim(key: string, ttlMs: number): Promise<boolean>
  release(key: string): Promise<void>
  /** Decisions made before `at` no longer hold, for one channel or (`null`) for all. */
  forget(channel: string | null, at: number): Promise<void>
}

interface Held<T> {
  readonly value: T
  readonly until: number
}

/** A bounded map with expiry; it evicts the oldest entries. */
const createHeld = <T>(limit: number, now: () => number) => {
  const entries = new Map<string, Held<T>>()
  return {
    get: (key: string): T | null => {
      const found = entries.get(key)
      if (found === undefined) return null
      if (found.until > now()) return found.value
      entries.delete(key)
      return null
    },
    set: (key: string, value: T, ttlMs: number) => {
      entries.delete(key)
      if (entries.size >= limit) {
        const oldest = entries.keys().next()
        if (!oldest.done) entries.delete(oldest.value)
      }
      entries.set(key, { value, until: now() + ttlMs })
    },
    delete: (key: string) => entries.delete(key),
  }
}

const EVERY_CHANNEL = '*'
const FORGET_MS = 86_400_000

/** Decisions of this process only: without Redis, and while Redis is unavailable. */
export const createMemoryDecisionStore = (now: () => number, limit = 100_000): DecisionStore => {
  const decisions = createHeld<StoredDecision>(limit, now)
  const claims = createHeld<true>(limit, now)
  const forgotten = createHeld<number>(limit, now)
  const forgottenAt = (channel: string) =>
    Math.max(forgotten.get(channel) ?? 0, forgotten.get(EVERY_CHANNEL) ?? 0)

  return {
    get: async (key, channel) => {
      const found = decisions.get(key)
      return found !== null && found.at > forgottenAt(channel) ? found : null
    },
    put: async (key, stored, ttlMs) => decisions.set(key, stored, ttlMs),
    claim: async (key, ttlMs) => {
      if (claims.get(key) !== null) return false
      claims.set(key, true, ttlMs)
      return true
    },
    release: async (key) => {
      claims.delete(key)
    },
    forget: async (channel, at) => forgotten.set(channel ?? EVERY_CHANNEL, at, FORGET_MS),
  }
}
