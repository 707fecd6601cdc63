import type { Trace } from '../trace.ts'

const DAY_MS = 86_400_000

// Whoever gets the same address back within this time most likely never gave it away.
const LEASE_MS = 14 * DAY_MS

// So many addresses of one pool are watched at once; a household has one or two.
const LINES_AT_ONCE = 8

/** How often two lines of one pool returned beside each other, both ways round. */
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

const countReturns = (uses: readonly Trace[], counts: Map<string, Map<string, number>>): void => {
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

/**
 * Counts how often an address was used, then another of the same pool, then the first again. One line has one
 * address at a time, so two that return beside each other are two lines. Plays must be in order of start.
 */
export const lineConflicts = (traces: readonly Trace[]): LineConflicts => {
  const pools = new Map<string, Trace[]>()
  for (const trace of traces) {
    if (trace.line === null || trace.pool === null || trace.isHosting) continue
    const known = pools.get(trace.pool)
    if (known) known.push(trace)
    else pools.set(trace.pool, [trace])
  }
  const counts = new Map<string, Map<string, number>>()
  for (const uses of pools.values()) countReturns(uses, counts)
  return counts
}
