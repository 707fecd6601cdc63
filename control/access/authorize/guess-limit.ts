import { createHash } from 'node:crypto'
import { networkKey } from '#domain/networks/network'

/** Rate limit for wrong tokens, so that guessing does not reach the backends. */
export interface GuessLimit {
  /** Seconds the viewer's network has to wait before its tokens are asked about again; 0 = none. */
  lockedSec(address: string): number
  /** A backend refused the token; refused on many channels it is one guess. */
  failed(address: string, token: string): void
}

export interface GuessLimitOptions {
  readonly perMinute: number
  /** First wait; it is doubled with further wrong tokens. */
  readonly lockSec: number
  readonly v6Prefix: number
  readonly now: () => number
  /** Most networks counted; the oldest are evicted. */
  readonly limit?: number
}

interface Guesser {
  windowAt: number
  /** Short hashes of the tokens refused in this window. */
  readonly wrong: Set<number>
  /** Waits so far, without a quiet hour between. */
  locks: number
  lockedUntil: number
}

const WINDOW_MS = 60_000
const FORGIVEN_MS = 3_600_000
/** Distinct tokens counted for one network. */
const MOST_COUNTED = 10_000
const LONGEST_LOCK_SEC = 3_600

/** Counts failed tokens per network key, in bounded memory; addresses as text, lock times in seconds. */
export const createGuessLimit = (options: GuessLimitOptions): GuessLimit => {
  const { lockSec, v6Prefix, now, limit = 50_000 } = options
  const perMinute = Math.min(MOST_COUNTED, options.perMinute)
  const guessers = new Map<string, Guesser>()
  const hashOf = (token: string) => createHash('sha256').update(token).digest().readUInt32LE()
  const keyOf = (address: string) => networkKey(address, { v6Prefix }) ?? address.slice(0, 64)

  const guesserOf = (key: string): Guesser => {
    const at = now()
    const known = guessers.get(key)
    guessers.delete(key)
    if (guessers.size >= limit) {
      const oldest = guessers.keys().next()
      if (!oldest.done) guessers.delete(oldest.value)
    }
    const isForgiven = known === undefined || at - known.windowAt > FORGIVEN_MS
    const guesser = isForgiven
      ? { windowAt: at, wrong: new Set<number>(), locks: 0, lockedUntil: 0 }
      : known
    guessers.set(key, guesser)
    return guesser
  }

  return {
    lockedSec(address) {
      const until = guessers.get(keyOf(address))?.lockedUntil ?? 0
      return Math.max(0, Math.ceil((until - now()) / 1000))
    },
    failed(address, token) {
      const guesser = guesserOf(keyOf(address))
      const at = now()
      if (at - guesser.windowAt >= WINDOW_MS) {
        guesser.windowAt = at
        guesser.wrong.clear()
      }
      guesser.wrong.add(hashOf(token))
      if (guesser.wrong.size <= perMinute) return
      const sec = Math.min(LONGEST_LOCK_SEC, lockSec * 2 ** Math.min(12, guesser.locks))
      guesser.locks += 1
      guesser.lockedUntil = at + sec * 1000
      guesser.windowAt = guesser.lockedUntil
      guesser.wrong.clear()
    },
  }
}
