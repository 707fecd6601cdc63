import type { AccountRef, PlayRecord } from '#domain/types'
import { foldPlays, mergePlay } from '../../store/history/merge-plays.ts'
import type { PlayReader } from '../../store/history/play-reader.ts'

export interface AccountWindowOptions {
  readonly history: Pick<PlayReader, 'playsOfEach'>
  readonly now: () => number
  /** Most plays kept in memory (LRU by account); 50,000 by default. */
  readonly maxPlays?: number
  /**
   * An account is read from SQL again after this time, since other control planes record plays too; ten
   * minutes by default.
   */
  readonly refreshMs?: number
}

/** Cache of recent plays by account: those in SQL and those just reported, which SQL may not have yet. */
export interface AccountWindow {
  /** Reads several accounts in one query, so that `plays` finds them in memory. */
  preload(accounts: readonly AccountRef[], windowMs: number): Promise<void>
  /** Adds reported plays of an account that is in memory; others are ignored. */
  add(account: AccountRef, updates: readonly PlayRecord[]): void
  /** Reads an account from SQL again when it is next asked for: whose it is has changed. */
  forget(account: AccountRef): void
  /** All plays of an account in the last `windowMs`, the just reported ones included. */
  plays(
    account: AccountRef,
    updates: readonly PlayRecord[],
    windowMs: number,
  ): Promise<PlayRecord[]>
}

interface Known {
  readonly plays: Map<string, PlayRecord>
  readonly from: number
  readonly readAt: number
}

const DAY_MS = 86_400_000
const keyOf = (play: Pick<PlayRecord, 'source' | 'id'>): string => `${play.source}\n${play.id}`

const learn = ({ plays }: Known, updates: Iterable<PlayRecord>): void => {
  for (const play of updates) {
    const before = plays.get(keyOf(play))
    plays.set(keyOf(play), before === undefined ? play : mergePlay(before, play))
  }
}

/** Creates the cache; the least recently used account is evicted first. */
export const createAccountWindow = (options: AccountWindowOptions): AccountWindow => {
  const { history, now, maxPlays = 50_000, refreshMs = 600_000 } = options
  const accounts = new Map<AccountRef, { readonly known: Known; readonly size: number }>()
  let total = 0

  const forget = (account: AccountRef): void => {
    total -= accounts.get(account)?.size ?? 0
    accounts.delete(account)
  }
  const keep = (account: AccountRef, known: Known): void => {
    forget(account)
    accounts.set(account, { known, size: known.plays.size })
    total += known.plays.size
    for (const other of accounts.keys()) {
      if (total <= maxPlays || other === account) return
      forget(other)
    }
  }
  const isUsable = (account: AccountRef, from: number): boolean => {
    const known = accounts.get(account)?.known
    return known !== undefined && known.from <= from && now() - known.readAt < refreshMs
  }
  /** Reads a day more than asked, so that the window may move on without another query. */
  const read = async (wanted: readonly AccountRef[], windowMs: number): Promise<void> => {
    const from = now() - windowMs - DAY_MS
    const byAccount = new Map(wanted.map((account) => [account, new Array<PlayRecord>()]))
    for (const play of await history.playsOfEach(wanted, from, Number.MAX_SAFE_INTEGER)) {
      byAccount.get(play.account)?.push(play)
    }
    for (const [account, plays] of byAccount) {
      const known: Known = { plays: foldPlays(plays), from, readAt: now() }
      // What was reported meanwhile may not be in SQL yet.
      learn(known, accounts.get(account)?.known.plays.values() ?? [])
      keep(account, known)
    }
  }

  return {
    preload: async (wanted, windowMs) => {
      const from = now() - windowMs
      const missing = wanted.filter((account) => !isUsable(account, from))
      if (missing.length > 0) await read(missing, windowMs)
    },
    add: (account, updates) => {
      const known = accounts.get(account)?.known
      if (known !== undefined) learn(known, updates)
    },
    forget,
    plays: async (account, updates, windowMs) => {
      const from = now() - windowMs
      if (!isUsable(account, from)) await read([account], windowMs)
      const known = accounts.get(account)?.known ?? { plays: new Map(), from, readAt: now() }
      learn(known, updates)
      for (const [key, play] of known.plays) if (play.lastSeenAt < from) known.plays.delete(key)
      keep(account, known)
      return [...known.plays.values()]
    },
  }
}
