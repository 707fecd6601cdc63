import type { AccountRef, PlayRecord } from '#domain/types'
import { foldPlays, mergePlay } from '../../store/history/merge-plays.ts'
import type { PlayReader } from '../../store/history/play-reader.ts'

export interface AccountWindowOptions {
  readonly history: Pick<PlayReader, 'playsOfEach'>
  readonly now: () => number
  /** So many plays are kept, of the accounts asked about last. */
  readonly maxPlays?: number
  /** An account is read from SQL again after so long: other control planes hear of plays, too. */
  readonly refreshMs?: number
}

/** Recent plays of accounts: those in SQL and those just told, which SQL may not have yet. */
export interface AccountWindow {
  /** Reads some accounts in one look, for `take` to find them in memory. */
  prepare(accounts: readonly AccountRef[], windowMs: number): Promise<void>
  /** Remembers what was told of an account that is in memory. */
  note(account: AccountRef, told: readonly PlayRecord[]): void
  /** All of an account's plays of the last `windowMs`, what was just told among them. */
  take(account: AccountRef, told: readonly PlayRecord[], windowMs: number): Promise<PlayRecord[]>
}

interface Known {
  readonly plays: Map<string, PlayRecord>
  readonly from: number
  readonly readAt: number
}

const DAY_MS = 86_400_000
const keyOf = (play: Pick<PlayRecord, 'source' | 'id'>): string => `${play.source}\n${play.id}`

const learn = ({ plays }: Known, told: Iterable<PlayRecord>): void => {
  for (const play of told) {
    const before = plays.get(keyOf(play))
    plays.set(keyOf(play), before === undefined ? play : mergePlay(before, play))
  }
}

/** Keeps the plays of the busiest accounts in memory, the account asked about longest ago leaving first. */
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
  /** A day more is read, so that the window may move on without another look. */
  const read = async (wanted: readonly AccountRef[], windowMs: number): Promise<void> => {
    const from = now() - windowMs - DAY_MS
    const byAccount = new Map(wanted.map((account) => [account, new Array<PlayRecord>()]))
    for (const play of await history.playsOfEach(wanted, from, Number.MAX_SAFE_INTEGER)) {
      byAccount.get(play.account)?.push(play)
    }
    for (const [account, plays] of byAccount) {
      const known: Known = { plays: foldPlays(plays), from, readAt: now() }
      // What was told meanwhile may not be in SQL yet.
      learn(known, accounts.get(account)?.known.plays.values() ?? [])
      keep(account, known)
    }
  }

  return {
    prepare: async (wanted, windowMs) => {
      const from = now() - windowMs
      const missing = wanted.filter((account) => !isUsable(account, from))
      if (missing.length > 0) await read(missing, windowMs)
    },
    note: (account, told) => {
      const known = accounts.get(account)?.known
      if (known !== undefined) learn(known, told)
    },
    take: async (account, told, windowMs) => {
      const from = now() - windowMs
      if (!isUsable(account, from)) await read([account], windowMs)
      const known = accounts.get(account)?.known ?? { plays: new Map(), from, readAt: now() }
      learn(known, told)
      for (const [key, play] of known.plays) if (play.lastSeenAt < from) known.plays.delete(key)
      keep(account, known)
      return [...known.plays.values()]
    },
  }
}
