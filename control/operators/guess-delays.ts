/** Waits between wrong passwords, by address and by name. */
export interface GuessDelays {
  /**
   * Counts a try as wrong before it is looked at, so that many at once are not all looked at; what became of it is told to the answer. A number is the
   * seconds until the next try is looked at.
   */
  begin(keys: readonly string[]): number | Try
}

/** A try that is looked at; it stays wrong unless one of these is called. */
export interface Try {
  /** It was right: earlier wrong ones are forgiven. */
  succeeded(): void
  /** It was neither right nor wrong: as if it had not been. */
  undone(): void
}

/** Wrong tries without a wait: a person mistypes. */
const FREE = 3
const LONGEST_SEC = 900
const FORGIVEN_MS = 3_600_000
const MOST_KEYS = 10_000

interface Tries {
  readonly wrong: number
  readonly until: number
  readonly at: number
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
  const set = (key: string, wrong: number) => {
    tries.delete(key)
    if (wrong <= 0) return
    const waitSec = wrong < FREE ? 0 : Math.min(LONGEST_SEC, 2 ** (wrong - FREE))
    tries.set(key, { wrong, at: now(), until: now() + waitSec * 1000 })
    const oldest = tries.keys().next()
    if (tries.size > MOST_KEYS && !oldest.done) tries.delete(oldest.value)
  }
  const countAll = (keys: readonly string[], by: number) => {
    for (const key of keys) set(key, (known(key)?.wrong ?? 0) + by)
  }
  return {
    begin: (keys) => {
      const until = Math.max(0, ...keys.map((key) => known(key)?.until ?? 0))
      if (until > now()) return Math.ceil((until - now()) / 1000)
      countAll(keys, 1)
      return {
        succeeded: () => {
          for (const key of keys) tries.delete(key)
        },
        undone: () => countAll(keys, -1),
      }
    },
  }
}
