import type { AccountRef, PlayRecord } from '#domain/types'
import { foldPlays, mergePlay } from '../../store/history/merge-plays.ts'
import type { PlayReader } from '../../store/history/play-reader.ts'

export interface AccountWindowOptions {
  readonly history: Pick<PlayReader, 'playsOf'>
  readonly now: () => number
  /** So many plays are kept, of the accounts asked about last. */
  readonly maxPlays?: number
  /** An account is read from SQL again after so long: other control planes hear of plays, too. */
  readonly refreshMs?: number
}

/** Recent plays of accounts: those in SQL and those just told, which SQL may not have yet. */
export interface AccountWindow {
  /** All of an account's plays of the last `windowMs`, what was just told among them. */
  take(account: AccountRef, told: readonly PlayRecord[], windowMs: number): Promise<PlayRecord[]>
}

interface Known {
  readonly plays: Map<string, PlayRecord>
  readonly from: number
  readAt: number
}

const DAY_MS = 86_400_000
const keyOf = (play: Pick<PlayRecord, 'source' | 'id'>): string => `${play.source}\n${play.id}`

const learn = (known: Known, plays: Iterable<PlayRecord>): void => {
  for (const play of plays) {
    const before = known.plays.get(keyOf(play))
    known.plays.set(keyOf(play), before === undefined ? play : mergePlay(before, play))
  }
}

/** Keeps the plays of the busiest accounts in memory, the account asked about longest ago leaving first. */
export const createAccountWindow = (options: AccountWindowOptions): AccountWindow => {
  const { history, now, maxPlays = 50_000, refreshMs = 600_000 } = options
  const accounts = new Map<AccountRef, Known>()
  let count = 0

  const forget = (account: AccountRef): void => {
    count -= accounts.get(account)?.plays.size ?? 0
    accounts.delete(account)
  }
  const makeRoom = (): void => {
    for (const account of accounts.keys()) {
      if (count <= maxPlays || accounts.size <= 1) return
      forget(account)
    }
  }
  const read = async (account: AccountRef, from: number): Promise<Known> => {
    const stored = await history.playsOf(account, from, Number.MAX_SAFE_INTEGER)
    return { plays: foldPlays(stored), from, readAt: now() }
  }
  const dropOld = ({ plays, from }: Known): void => {
    for (const [key, play] of plays) if (play.lastSeenAt < from) plays.delete(key)
  }

  return {
    take: async (account, told, windowMs) => {
      const from = now() - windowMs
      const before = accounts.get(account)
      const isUsable =
        before !== undefined && before.from <= from && now() - before.readAt < refreshMs
      // A day more is read, so that the window may move on without another look.
      const known = isUsable ? before : await read(account, from - DAY_MS)
      if (!isUsable && before !== undefined) learn(known, before.plays.values())
      learn(known, told)
      dropOld({ ...known, from: known.from })
      forget(account)
      accounts.set(account, known)
      count += known.plays.size
      makeRoom()
      return [...known.plays.values()].filter((play) => play.lastSeenAt >= from)
    },
  }
}
