import { haversineKm } from '#domain/geo'
import { coveredMs, type Interval, intersectMerged, mergeIntervals } from '#domain/interval'
import type { EnrichedPlay } from '../enriched-play.ts'
import { type Decay, decayAt } from '../scoring/decay.ts'
import type { Home } from './homes.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

// Two sessions that overlap by less are a hand-over, not two viewers.
const OVERLAP_AT_LEAST_MS = 10 * 60_000

/** The same figures with exponential decay by age. */
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

const daysOf = (plays: readonly EnrichedPlay[]): Set<number> => new Set(plays.map((t) => t.day))

const watched = (plays: readonly EnrichedPlay[]): Interval[] =>
  mergeIntervals(plays.map((t) => ({ start: t.start, end: t.end })))

// Clocks of different sources are not compared with each other.
const overlapsPerSource = (a: readonly EnrichedPlay[], b: readonly EnrichedPlay[]): Interval[] => {
  const sources = new Set(a.map((t) => t.play.source))
  return [...sources].flatMap((source) => {
    const of = (plays: readonly EnrichedPlay[]): Interval[] =>
      watched(plays.filter((t) => t.play.source === source))
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

const distanceBetween = (a: readonly EnrichedPlay[], b: readonly EnrichedPlay[]): number | null => {
  const [from, to] = [
    a.find((t) => t.coordinates)?.coordinates,
    b.find((t) => t.coordinates)?.coordinates,
  ]
  return from && to ? haversineKm(from, to) : null
}

const isWorkTime = (play: EnrichedPlay): boolean => {
  const local = play.start + ((play.play.longitude ?? 0) / 15) * HOUR_MS
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
  const own = daysOf(home.ownPlays)
  const mains = daysOf(main.ownPlays)
  return {
    own,
    television: daysOf(home.ownPlays.filter((t) => t.kind === 'television')),
    mixed: daysOf([
      ...home.plays.filter((t) => main.devices.has(t.device)),
      ...main.plays.filter((t) => home.devices.has(t.device)),
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

const firstStart = (plays: readonly EnrichedPlay[], now: number): number =>
  plays.reduce((first, play) => Math.min(first, play.start), now)

/** Measures a household against the main one. */
export const compareHomes = (main: Home, home: Home, now: number): HouseholdEvidence => {
  const overlap = overlapsPerSource(main.ownPlays, home.ownPlays)
  const days = daysTogether(main, home, overlap)
  const hours = watched(home.ownPlays)
  const [country, mainCountry] = [home, main].map((h) =>
    mostCommon(h.ownPlays.map((t) => t.play.country)),
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
    distanceKm: distanceBetween(home.ownPlays, main.ownPlays),
    isOtherCountry: country !== null && mainCountry !== null && country !== mainCountry,
    workHoursShare: home.ownPlays.filter(isWorkTime).length / Math.max(1, home.ownPlays.length),
    historyDays: (now - firstStart([...main.ownPlays, ...home.ownPlays], now)) / DAY_MS,
    recent: recentOf(days, hours, decayAt(now)),
  }
}
