import { haversineKm } from '#domain/geo'
import { coveredMs, type Interval, intersectMerged, mergeIntervals } from '#domain/interval'
import type { Home } from './homes.ts'
import type { Trace } from './trace.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

// Two sessions that overlap by less are a hand-over, not two viewers.
const OVERLAP_AT_LEAST_MS = 10 * 60_000

/** What one household did beside the main one. */
export interface HouseholdEvidence {
  readonly home: Home
  /** Days on which its own devices played at it. */
  readonly days: number
  readonly hours: number
  readonly televisionDays: number
  readonly spanDays: number
  /** Days on which a device of the one home played at the other. */
  readonly mixedDays: number
  /** Days on which both homes played. */
  readonly commonDays: number
  readonly overlapDays: number
  readonly overlapHours: number
  readonly distanceKm: number | null
  readonly isOtherCountry: boolean
  /** Share of its plays that came over a line used once only: roaming phones, not a house. */
  readonly roamingShare: number
  readonly meanPlayHours: number
}

const daysOf = (traces: readonly Trace[]): Set<number> => new Set(traces.map((t) => t.day))

/** Plays a home's own devices made at it. */
export const ownTraces = (home: Home): Trace[] =>
  home.traces.filter((t) => home.devices.has(t.device))

const watched = (traces: readonly Trace[]): Interval[] =>
  mergeIntervals(traces.map((t) => ({ start: t.start, end: t.end })))

// Clocks of different sources are not compared with each other.
const overlapsPerSource = (a: readonly Trace[], b: readonly Trace[]): Interval[] => {
  const sources = new Set(a.map((t) => t.play.source))
  return [...sources].flatMap((source) => {
    const of = (traces: readonly Trace[]): Interval[] =>
      watched(traces.filter((t) => t.play.source === source))
    return intersectMerged(of(a), of(b)).filter((i) => i.end - i.start >= OVERLAP_AT_LEAST_MS)
  })
}

const intersectionSize = (a: ReadonlySet<number>, b: ReadonlySet<number>): number => {
  let size = 0
  for (const day of a) if (b.has(day)) size += 1
  return size
}

const roamingShareOf = (traces: readonly Trace[]): number => {
  const days = new Map<string, Set<number>>()
  for (const t of traces) {
    const key = t.pool ?? '?'
    days.set(key, (days.get(key) ?? new Set()).add(t.day))
  }
  const once = traces.filter((t) => (days.get(t.pool ?? '?')?.size ?? 0) < 3).length
  return traces.length === 0 ? 0 : once / traces.length
}

/** The most common value, the smaller one on a tie. */
export const mostCommon = <T extends string>(values: readonly (T | null)[]): T | null => {
  const counts = new Map<T, number>()
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best: T | null = null
  for (const [value, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (best === null || count > (counts.get(best) ?? 0)) best = value
  }
  return best
}

const distanceBetween = (a: readonly Trace[], b: readonly Trace[]): number | null => {
  const [from, to] = [a.find((t) => t.at)?.at, b.find((t) => t.at)?.at]
  return from && to ? haversineKm(from, to) : null
}

/** Compares a household with the main one. */
export const compareHomes = (main: Home, home: Home): HouseholdEvidence => {
  const [own, mains] = [ownTraces(home), ownTraces(main)]
  const [days, mainDays] = [daysOf(own), daysOf(mains)]
  const mixed = daysOf([
    ...home.traces.filter((t) => main.devices.has(t.device)),
    ...main.traces.filter((t) => home.devices.has(t.device)),
  ])
  const overlap = overlapsPerSource(mains, own)
  const hours = coveredMs(watched(own)) / HOUR_MS
  const [country, mainCountry] = [own, mains].map((l) => mostCommon(l.map((t) => t.play.country)))
  const starts = own.map((t) => t.start)
  return {
    home,
    days: days.size,
    hours,
    televisionDays: daysOf(own.filter((t) => t.kind === 'television')).size,
    spanDays:
      own.length === 0
        ? 0
        : (starts.reduce((a, b) => Math.max(a, b)) - starts.reduce((a, b) => Math.min(a, b))) /
          DAY_MS,
    mixedDays: mixed.size,
    commonDays: intersectionSize(days, mainDays),
    overlapDays: new Set(overlap.map((i) => Math.floor(i.start / DAY_MS))).size,
    overlapHours: coveredMs(overlap) / HOUR_MS,
    distanceKm: distanceBetween(own, mains),
    isOtherCountry: country !== null && mainCountry !== null && country !== mainCountry,
    roamingShare: roamingShareOf(own),
    meanPlayHours: own.length === 0 ? 0 : hours / own.length,
  }
}
