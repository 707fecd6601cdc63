import { haversineKm } from '#domain/geo'
import { coveredMs, type Interval, intersectMerged, mergeIntervals } from '#domain/interval'
import { type Decay, decayAt } from '../scoring/decay.ts'
import type { Trace } from '../trace.ts'
import type { Home } from './homes.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

// Two sessions that overlap by less are a hand-over, not two viewers.
const OVERLAP_AT_LEAST_MS = 10 * 60_000

/** The same figures, old days counting less. */
export interface RecentEvidence {
  readonly televisionDays: number
  readonly hours: number
  readonly overlapDays: number
  readonly commonDays: number
  readonly mixedDays: number
}

/** What one household did beside the main one. */
export interface HouseholdEvidence {
  readonly main: Home
  readonly home: Home
  /** Days on which its own devices played at it. */
  readonly days: number
  /** Days on which its own televisions played. */
  readonly televisionDays: number
  readonly hours: number
  /** Days on which a device of the one home played at the other. */
  readonly mixedDays: number
  /** Days on which both homes played. */
  readonly commonDays: number
  /** Days on which both played at the same time. */
  readonly overlapDays: number
  readonly overlapHours: number
  readonly distanceKm: number | null
  readonly isOtherCountry: boolean
  /** Share of its plays on working days between 8 and 18 o'clock by the sun. */
  readonly workHoursShare: number
  /** Days since the first play of either home. */
  readonly historyDays: number
  readonly recent: RecentEvidence
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

const isWorkTime = (trace: Trace): boolean => {
  const local = trace.start + ((trace.play.longitude ?? 0) / 15) * HOUR_MS
  const hour = (local / HOUR_MS) % 24
  // Day 0 of Unix time was a Thursday.
  const weekday = (Math.floor(local / DAY_MS) + 4) % 7
  return weekday >= 1 && weekday <= 5 && hour >= 8 && hour < 18
}

interface Days {
  readonly own: ReadonlySet<number>
  readonly television: ReadonlySet<number>
  readonly mixed: ReadonlySet<number>
  readonly common: ReadonlySet<number>
  readonly overlap: ReadonlySet<number>
}

const daysTogether = (main: Home, home: Home, overlap: readonly Interval[]): Days => {
  const own = daysOf(home.own)
  const mains = daysOf(main.own)
  return {
    own,
    television: daysOf(home.own.filter((t) => t.kind === 'television')),
    mixed: daysOf([
      ...home.traces.filter((t) => main.devices.has(t.device)),
      ...main.traces.filter((t) => home.devices.has(t.device)),
    ]),
    common: new Set([...own].filter((day) => mains.has(day))),
    overlap: new Set(overlap.map((i) => Math.floor(i.start / DAY_MS))),
  }
}

const recentOf = (days: Days, hours: readonly Interval[], decay: Decay): RecentEvidence => {
  const sum = (set: ReadonlySet<number>): number =>
    [...set].reduce((total, day) => total + decay(day * DAY_MS), 0)
  return {
    televisionDays: sum(days.television),
    hours: hours.reduce((total, i) => total + ((i.end - i.start) / HOUR_MS) * decay(i.start), 0),
    overlapDays: sum(days.overlap),
    commonDays: sum(days.common),
    mixedDays: sum(days.mixed),
  }
}

const firstStart = (traces: readonly Trace[], now: number): number =>
  traces.reduce((first, trace) => Math.min(first, trace.start), now)

/** Compares a household with the main one. */
export const compareHomes = (main: Home, home: Home, now: number): HouseholdEvidence => {
  const overlap = overlapsPerSource(main.own, home.own)
  const days = daysTogether(main, home, overlap)
  const hours = watched(home.own)
  const [country, mainCountry] = [home, main].map((h) =>
    mostCommon(h.own.map((t) => t.play.country)),
  )
  return {
    main,
    home,
    days: days.own.size,
    televisionDays: days.television.size,
    hours: coveredMs(hours) / HOUR_MS,
    mixedDays: days.mixed.size,
    commonDays: days.common.size,
    overlapDays: days.overlap.size,
    overlapHours: coveredMs(overlap) / HOUR_MS,
    distanceKm: distanceBetween(home.own, main.own),
    isOtherCountry: country !== null && mainCountry !== null && country !== mainCountry,
    workHoursShare: home.own.filter(isWorkTime).length / Math.max(1, home.own.length),
    historyDays: (now - firstStart([...main.own, ...home.own], now)) / DAY_MS,
    recent: recentOf(days, hours, decayAt(now)),
  }
}
