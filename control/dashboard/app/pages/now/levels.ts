import { HOUR_MS, SLICE_MS } from './opened.ts'

/** What ran at a moment, Unix milliseconds. */
export interface Level {
  readonly at: number
  readonly streams: number
  readonly accounts: number
}

/** Between two levels that are kept, ms: the last of each such time. */
const APART_MS = 10_000

/** Levels with one more; those older than an hour are left out. */
export const withLevel = (levels: readonly Level[], next: Level): Level[] => {
  const kept = levels.filter(({ at }) => at > next.at - HOUR_MS - SLICE_MS)
  const before = kept.at(-2)
  const isNear = before !== undefined && next.at - before.at < APART_MS
  return [...(isNear ? kept.slice(0, -1) : kept), next]
}

/** The levels at the ends of the slices of the last hour: of each the last that was known by then. */
export const levelsUntil = (now: number, levels: readonly Level[]): Level[] =>
  Array.from({ length: HOUR_MS / SLICE_MS + 1 }, (_, n) => {
    const at = now - HOUR_MS + n * SLICE_MS
    const known = levels.findLast((level) => level.at <= at) ?? levels[0]
    return { at: n, streams: known?.streams ?? 0, accounts: known?.accounts ?? 0 }
  })
