import { numbers, trySet } from '../memory.ts'

/** Takes the lock for fetching a manifest; false where another request has it. */
export const takeFlight = (key: string, ttlMs: number): boolean => {
  try {
    return numbers('gh_flights').add(key, 1, ttlMs)
  } catch {
    return true
  }
}

/** Holds the lock for longer. */
export const prolongFlight = (key: string, ttlMs: number): void => {
  trySet(numbers('gh_flights'), key, 1, ttlMs)
}

/** How long others leave it to a request that is about to fetch. */
const TURN_MS = 300

/** Takes the turn to go for a manifest that nobody fetches yet; false where another request has it. */
export const takeTurn = (key: string): boolean => {
  try {
    return numbers('gh_flights').add(`turn ${key}`, 1, TURN_MS)
  } catch {
    return true
  }
}

/** Longer than anybody waits for one fetch. */
const AWAITED_MS = 60_000
const awaitedName = (key: string): string => `awaited ${key}`

/** Notes that somebody may wait in the waiting room for a copy that everybody asks for by one name: before it is looked whether it is in flight. */
export const noteAwaited = (key: string): void => {
  trySet(numbers('gh_flights'), awaitedName(key), 1, AWAITED_MS)
}

/** Whether somebody may; it is forgotten. */
export const takeAwaited = (key: string): boolean => numbers('gh_flights').delete(awaitedName(key))

/** Releases the lock. */
export const endFlight = (key: string): void => {
  numbers('gh_flights').delete(key)
}

/** Whether a request fetches a manifest right now. */
export const isInFlight = (key: string): boolean => numbers('gh_flights').has(key)

/** Counts a request that begins to wait; `false` where `most` have begun within this second. */
export const mayWait = (most: number): boolean => {
  const dict = numbers('gh_flights')
  const slot = `waiting ${Math.floor(Date.now() / 1000)}`
  try {
    return (dict.add(slot, 1, 5_000) ? 1 : dict.incr(slot, 1, 0)) <= most
  } catch {
    return false
  }
}
