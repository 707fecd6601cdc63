import type { DevicePlays } from '../../devices/device-plays.ts'
import type { EnrichedPlay } from '../../enriched-play.ts'

const DAY_MS = 86_400_000

// An address that is used again within this time was most likely assigned all the time.
const LEASE_MS = 14 * DAY_MS

// Most addresses of one pool compared with each other; a household has one or two.
const LINES_AT_ONCE = 8

/** How often two connections of one address pool alternated, symmetric. */
export type LineConflicts = ReadonlyMap<string, ReadonlyMap<string, number>>

interface LastUse {
  readonly start: number
  /** Lines of the same pool used since. */
  readonly between: Set<string>
}

const countBoth = (counts: Map<string, Map<string, number>>, a: string, b: string): void => {
  for (const [x, y] of [
    [a, b],
    [b, a],
  ] as const) {
    const row = counts.get(x) ?? new Map<string, number>()
    counts.set(x, row.set(y, (row.get(y) ?? 0) + 1))
  }
}

const countReturns = (
  uses: readonly EnrichedPlay[],
  counts: Map<string, Map<string, number>>,
): void => {
  const last = new Map<string, LastUse>()
  for (const { line, start } of uses) {
    if (line === null) continue
    const before = last.get(line)
    if (before && start - before.start < LEASE_MS) {
      for (const other of before.between) countBoth(counts, line, other)
    }
    last.delete(line)
    for (const state of last.values()) state.between.add(line)
    last.set(line, { start, between: new Set() })
    const [oldest] = last.keys()
    if (last.size > LINES_AT_ONCE && oldest !== undefined) last.delete(oldest)
  }
}

/** Whether addresses of a play's pool say something: an IPv6 /48 is one customer's, with any number of networks. */
const isPooled = ({ line, pool, isHosting, family }: EnrichedPlay): boolean =>
  line !== null && pool !== null && !isHosting && family === 4

/**
 * Counts for an address pool how often an address was used, then another, then the first again. A connection has one
 * address at a time, so two that alternate are two connections.
 */
const conflictsIn = (pool: string, uses: readonly DevicePlays[]): LineConflicts => {
  const told: EnrichedPlay[] = []
  for (const { plays } of uses)
    for (const play of plays) if (play.pool === pool && isPooled(play)) told.push(play)
  const counts = new Map<string, Map<string, number>>()
  if (told.every(({ line }) => line === told[0]?.line)) return counts
  countReturns(
    told.sort((a, b) => a.start - b.start),
    counts,
  )
  return counts
}

/** The conflicts of each pool, counted when it is first asked for: most are used by one group of devices, and nobody asks. */
export const lineConflicts = (uses: readonly DevicePlays[]): ((pool: string) => LineConflicts) => {
  const known = new Map<string, LineConflicts>()
  return (pool) => {
    let counts = known.get(pool)
    if (counts === undefined) known.set(pool, (counts = conflictsIn(pool, uses)))
    return counts
  }
}
