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
  /** Share of its plays on working days between 8 and 18 o'clock by the sun. */
  readonly workHoursShare: number
  /** Share of its days that are a Friday, Saturday or Sunday. */
  readonly weekendShare: number
  /** 0-1: how much less the main home played between this one's first and last day than it does otherwise. */
  readonly mainIdle: number
  readonly plays: number
}

const daysOf = (traces: readonly Trace[]): Set<number> => new Set(traces.map((t) => t.day))

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

const shareOf = <T>(items: readonly T[], test: (item: T) => boolean): number =>
  items.length === 0 ? 0 : items.filter(test).length / items.length

/** Day 0 of Unix time was a Thursday. */
const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7
const isWeekend = (day: number): boolean => [0, 5, 6].includes(weekdayOf(day))

const isWorkTime = (trace: Trace): boolean => {
  const local = trace.start + ((trace.play.longitude ?? 0) / 15) * HOUR_MS
  const hour = (local / HOUR_MS) % 24
  const weekday = weekdayOf(Math.floor(local / DAY_MS))
  return weekday >= 1 && weekday <= 5 && hour >= 8 && hour < 18
}

const idleDuring = (days: ReadonlySet<number>, mainDays: ReadonlySet<number>): number => {
  const [first, last] = [Math.min(...days), Math.max(...days)]
  const all = [...mainDays, ...days]
  const windowDays = Math.max(...all) - Math.min(...all) + 1
  const inside = [...mainDays].filter((d) => d >= first && d <= last).length
  const spanDays = last - first + 1
  const outsideDays = windowDays - spanDays
  // Without a week outside there is nothing to compare with.
  if (outsideDays < 7 || mainDays.size === 0) return 0
  const rate = (mainDays.size - inside) / outsideDays
  return rate <= 0 ? 0 : Math.max(0, 1 - inside / spanDays / rate)
}

/** Compares a household with the main one. */
export const compareHomes = (main: Home, home: Home): HouseholdEvidence => {
  const { own } = home
  const mains = main.own
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
    workHoursShare: shareOf(own, isWorkTime),
    weekendShare: shareOf([...days], isWeekend),
    mainIdle: idleDuring(days, mainDays),
    plays: own.length,
    meanPlayHours: own.length === 0 ? 0 : hours / own.length,
  }
}
