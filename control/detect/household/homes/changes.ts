import type { DevicePlays } from '../../devices/device-plays.ts'
import type { EnrichedPlay } from '../../enriched-play.ts'

// Who goes to another house takes longer, but for once in a while.
const CHANGED_WITHIN_MS = 3_600_000

/** Days on which a device played in one home and within the hour in another, by both homes; symmetric. */
export type Changes = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<number>>>

// What plays in two homes at once for longer is several devices of one name.
const AT_ONCE_MS = 10 * 60_000

interface Change {
  readonly from: string
  readonly to: string
  readonly day: number
}

/** The changes of one device; none where it plays in two homes at once. */
const changesOfDevice = (
  plays: readonly EnrichedPlay[],
  homeOf: (play: EnrichedPlay) => string | null,
): readonly Change[] => {
  const changes: Change[] = []
  let last: { readonly home: string; readonly end: number } | null = null
  for (const play of [...plays].sort((a, b) => a.start - b.start)) {
    const home = homeOf(play)
    if (home === null) continue
    if (last !== null && last.home !== home) {
      const pause = play.start - last.end
      if (Math.min(-pause, play.end - play.start) > AT_ONCE_MS) return []
      if (pause < CHANGED_WITHIN_MS) changes.push({ from: last.home, to: home, day: play.day })
    }
    last = { home, end: play.end }
  }
  return changes
}

/** How devices change between homes. */
export const changesOf = (
  uses: readonly DevicePlays[],
  homeOf: (play: EnrichedPlay) => string | null,
): Changes => {
  const changes = new Map<string, Map<string, Set<number>>>()
  const add = (a: string, b: string, day: number): void => {
    let row = changes.get(a)
    if (row === undefined) changes.set(a, (row = new Map()))
    const days = row.get(b)
    if (days === undefined) row.set(b, new Set([day]))
    else days.add(day)
  }
  for (const { plays, places } of uses) {
    if (places.size < 2) continue
    for (const { from, to, day } of changesOfDevice(plays, homeOf)) {
      add(from, to, day)
      add(to, from, day)
    }
  }
  return changes
}
