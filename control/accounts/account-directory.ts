import type { Account, Plan, Token } from '../store/tables/records.ts'

/** The source of the directory: the store, or another directory. */
export interface DirectorySource {
  account(id: string): Promise<Account | null>
  tokenByHash(hash: string): Promise<Token | null>
  tokenByUsername(username: string): Promise<Token | null>
  plan(name: string): Promise<Plan | null>
}

export interface AccountDirectory extends DirectorySource {
  /** Marks all cached values as stale; called after a change. */
  forget(): void
}

interface Remembered<T> {
  readonly value: T
  readonly at: number
}

const FRESH_MS = 5_000
const BOUND = 100_000

/**
 * Caches values for five seconds, and returns the last one while the database does not answer: openings neither
 * wait for SQL nor fail without it.
 */
const remember = <T>(read: (key: string) => Promise<T>, clock: () => number) => {
  const memory = new Map<string, Remembered<T>>()
  const flights = new Map<string, Promise<T>>()

  const fetch = async (key: string): Promise<T> => {
    try {
      const value = await read(key)
      if (memory.size >= BOUND) memory.clear()
      memory.set(key, { value, at: clock() })
      return value
    } catch (error) {
      const stale = memory.get(key)
      if (stale) return stale.value
      throw error
    } finally {
      flights.delete(key)
    }
  }

  return {
    get: async (key: string): Promise<T> => {
      const held = memory.get(key)
      if (held && clock() - held.at < FRESH_MS) return held.value
      const flight = flights.get(key) ?? fetch(key)
      flights.set(key, flight)
      return await flight
    },
    // Entries are kept as a fallback for an unreachable database.
    expire: (): void => {
      for (const [key, { value }] of memory) memory.set(key, { value, at: 0 })
    },
  }
}

/** Caches accounts, tokens and plans of `source` for a short time. */
export const createAccountDirectory = (
  source: DirectorySource,
  clock: () => number,
): AccountDirectory => {
  const accounts = remember((id) => source.account(id), clock)
  const hashes = remember((hash) => source.tokenByHash(hash), clock)
  const usernames = remember((username) => source.tokenByUsername(username), clock)
  const plans = remember((name) => source.plan(name), clock)
  return {
    account: accounts.get,
    tokenByHash: hashes.get,
    tokenByUsername: usernames.get,
    plan: plans.get,
    forget: () => {
      for (const memory of [accounts, hashes, usernames, plans]) memory.expire()
    },
  }
}
