import type { PlayRecord } from '#domain/types'
import { connectionOf } from '../network-class.ts'

const DAY_MS = 86_400_000

// An address that is used again within this time was most likely assigned all the time.
const LEASE_MS = 14 * DAY_MS

/** The internet connection of a play: its address, or its IPv6 delegation; `null` on the LAN and where it is unknown. */
export const lineOfPlay = (play: Pick<PlayRecord, 'isLan' | 'network'>): string | null =>
  play.isLan ? null : connectionOf(play.network)

/** The times at which an account had lines. */
export interface HeldLines {
  /** Whether a line was used before and after a time (Unix ms), at most a fortnight apart. */
  wasHeld(line: string, at: number): boolean
}

/** Collects the times at which lines were used; plays must be in order of start. */
export const heldLines = (plays: readonly PlayRecord[]): HeldLines => {
  const uses = new Map<string, number[]>()
  for (const play of plays) {
    const line = lineOfPlay(play)
    if (line === null) continue
    const known = uses.get(line)
    if (known) known.push(play.startedAt)
    else uses.set(line, [play.startedAt])
  }
  return {
    wasHeld: (line, at) => {
      const times = uses.get(line) ?? []
      let [low, high] = [0, times.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((times[middle] ?? 0) <= at) low = middle + 1
        else high = middle
      }
      const [before, after] = [times[low - 1], times[low]]
      return before !== undefined && after !== undefined && after - before <= LEASE_MS
    },
  }
}
