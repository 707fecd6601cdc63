/** Waits between wrong passwords, by address and by name. */
export interface GuessDelays {
  /** Seconds until the next try is looked at; 0 = now. */
  waitSec(keys: readonly string[]): number
  failed(keys: readonly string[]): void
  succeeded(keys: readonly string[]): void
}

/** Wrong tries without a wait: a person mistypes. */
const FREE = 3
const LONGEST_SEC = 900
const FORGIVEN_MS = 3_600_000
const MOST_KEYS = 10_000

interface Tries {
  wrong: number
  until: number
  at: number
}

/** Waits that double with each wrong try after the third, up to 15 minutes; an hour without one forgives. In bounded memory. */
export const createGuessDelays = (now: () => number): GuessDelays => {
  const tries = new Map<string, Tries>()
  const known = (key: string): Tries | undefined => {
    const found = tries.get(key)
    if (found === undefined || now() - found.at < FORGIVEN_MS) return found
    tries.delete(key)
    return undefined
  }
  return {
    waitSec: (keys) =>
      Math.max(0, ...keys.map((key) => Math.ceil(((known(key)?.until ?? 0) - now()) / 1000))),
    failed: (keys) => {
      for (const key of keys) {
        const wrong = (known(key)?.wrong ?? 0) + 1
        const waitSec = wrong < FREE ? 0 : Math.min(LONGEST_SEC, 2 ** (wrong - FREE))
        tries.delete(key)
        tries.set(key, { wrong, at: now(), until: now() + waitSec * 1000 })
        const oldest = tries.keys().next()
        if (tries.size > MOST_KEYS && !oldest.done) tries.delete(oldest.value)
      }
    },
    succeeded: (keys) => {
      for (const key of keys) tries.delete(key)
    },
  }
}
