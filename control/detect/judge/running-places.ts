import type { AccountRef, PlayRecord } from '#domain/types'

/** A play nobody has heard of for longer has ended unseen, in milliseconds. */
const SILENT_MS = 5 * 60_000

/** Accounts remembered at once. */
const MOST = 100_000

/** What runs now, by account: who plays over two lines at once is judged at every report. */
export interface RunningPlaces {
  /** Learns how plays stand. */
  learn(plays: Iterable<PlayRecord>): void
  /** Whether plays of an account run over several networks. */
  isApart(account: AccountRef): boolean
}

interface Running {
  readonly network: string
  readonly seenAt: number
}

/** Plays that run, as reports tell them; `now` in Unix ms. */
export const createRunningPlaces = (now: () => number): RunningPlaces => {
  const accounts = new Map<AccountRef, Map<string, Running>>()
  return {
    learn: (plays) => {
      for (const { account, source, id, network, endedAt, lastSeenAt } of plays) {
        const key = `${source}\n${id}`
        const known = accounts.get(account) ?? new Map<string, Running>()
        if (endedAt !== null || network === null) known.delete(key)
        else known.set(key, { network, seenAt: lastSeenAt })
        if (accounts.size >= MOST) accounts.clear()
        if (known.size === 0) accounts.delete(account)
        else accounts.set(account, known)
      }
    },
    isApart: (account) => {
      const since = now() - SILENT_MS
      const networks = new Set<string>()
      for (const [key, { network, seenAt }] of accounts.get(account) ?? []) {
        if (seenAt < since) accounts.get(account)?.delete(key)
        else networks.add(network)
      }
      return networks.size > 1
    },
  }
}
