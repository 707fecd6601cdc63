import type { Trace } from './trace.ts'

const DAY_MS = 86_400_000

// Whoever gets the same address back within this time most likely never gave it away.
const LEASE_MS = 14 * DAY_MS

/** The name under which a pair is kept, whichever comes first. */
export const pairKey = (a: string, b: string): string => (a < b ? `${a}\n${b}` : `${b}\n${a}`)

interface LastUse {
  start: number
  /** Lines of the same pool used since, by other devices. */
  readonly between: Set<string>
}

const countReturns = (uses: readonly Trace[], returns: Map<string, number>): void => {
  const last = new Map<string, LastUse>()
  for (const use of uses) {
    const line = use.line ?? ''
    const before = last.get(line)
    if (before && use.start - before.start < LEASE_MS) {
      for (const other of before.between) {
        const pair = pairKey(line, other)
        returns.set(pair, (returns.get(pair) ?? 0) + 1)
      }
    }
    for (const [name, state] of last) if (name !== line) state.between.add(line)
    last.set(line, { start: use.start, between: new Set() })
  }
}

/**
 * Counts how often an address was used, then another of the same pool, then the first again. One line has one
 * address at a time, so two that return beside each other are two lines. Plays must be in order of start.
 */
export const lineConflicts = (traces: readonly Trace[]): Map<string, number> => {
  const pools = new Map<string, Trace[]>()
  for (const trace of traces) {
    if (trace.line === null || trace.pool === null || trace.isHosting) continue
    const known = pools.get(trace.pool)
    if (known) known.push(trace)
    else pools.set(trace.pool, [trace])
  }
  const returns = new Map<string, number>()
  for (const uses of pools.values()) countReturns(uses, returns)
  return returns
}
