import { haversineKm, leastDistanceKm } from '#domain/geo'
import { coveredMs, type Interval, intersectMerged, mergeIntervals } from '#domain/interval'
import { mostCommonOf } from '../../devices/most-common.ts'
import type { EnrichedPlay } from '../../enriched-play.ts'
import { isTimed } from '../../guards.ts'
import { type Decay, decayAt } from '../../scoring/decay.ts'
import type { ChannelPopularity } from '../homes/channel-popularity.ts'
import { type ChannelEvidence, compareChannels } from '../homes/channels.ts'
import type { Home } from '../homes/homes.ts'
import { compareSeries, type SeriesEvidence } from '../homes/series.ts'
import { RETURN_DAYS, settledPlays } from './returned-to.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

// Shorter overlaps may be one viewer who changes devices.
const OVERLAP_AT_LEAST_MS = 10 * 60_000

interface Days {
  readonly own: ReadonlySet<number>
  readonly television: ReadonlySet<number>
  readonly mixed: ReadonlySet<number>
  readonly common: ReadonlySet<number>
  readonly overlap: ReadonlySet<number>
}

/** The same figures with exponential decay by age. */
export interface RecentEvidence {
  readonly televisionDays: number
  readonly hours: number
  readonly overlapDays: number
  readonly commonDays: number
  readonly mixedDays: number
}

/** Figures of one household compared with the main one, whenever that is done. */
export interface HouseholdComparison {
  readonly main: Home
  readonly home: Home
  /** Days on which its own devices played at it. */
  readonly days: number
  /** Days on which its own televisions played. */
  readonly televisionDays: number
  readonly hours: number
  /** Days on which a device of the one home played at the other; an exit of a VPN or relay that both use is at neither. */
  readonly mixedDays: number
  /** Days on which both homes played. */
  readonly commonDays: number
  /** Days on which both played at the same time. */
  readonly overlapDays: number
  readonly overlapHours: number
  readonly distanceKm: number | null
  readonly isOtherCountry: boolean
  /** Share of what it watched on working days between 8 and 18 o'clock of the household's own clock. */
  readonly workHoursShare: number
  /** The first play of either home (Unix ms). */
  readonly firstAt: number
  /** Different weeks in which it played. */
  readonly weeks: number
  /** How much less often the main home played on its days than on others: 1 never, 0 as often. */
  readonly turns: number
  /** Days on lines used on several separate days. */
  readonly settledDays: number
  readonly series: SeriesEvidence
  readonly channels: ChannelEvidence
  /** Whether the main home has no phone or tablet of its own, and this one no television: whose they are is open. */
  readonly mayBeOwnPortables: boolean
  /** The days and times of those figures that fade with age. */
  readonly fading: Days & { readonly watched: readonly Interval[] }
}

/** A comparison as it stands at one time. */
export interface HouseholdEvidence extends HouseholdComparison {
  /** Days since the first play of either home. */
  readonly historyDays: number
  readonly recent: RecentEvidence
}

const daysOf = (plays: readonly EnrichedPlay[]): Set<number> => new Set(plays.map((t) => t.day))

// Shorter pauses are between two items of one sitting.
const SITTING_MS = 5 * 60_000

/** Sittings: plays merged over short pauses. */
const sittings = (plays: readonly EnrichedPlay[]): Interval[] => {
  const merged = mergeIntervals(
    plays.map((t) => ({ start: t.start, end: t.end > t.start ? t.end + SITTING_MS : t.end })),
  )
  return merged.map(({ start, end }) => ({ start, end: end - SITTING_MS }))
}

// Clocks of different sources are not compared with each other, nor starts that nobody saw.
const overlapsPerSource = (a: readonly EnrichedPlay[], b: readonly EnrichedPlay[]): Interval[] => {
  const sources = new Set(a.map((t) => t.play.source))
  return [...sources].flatMap((source) => {
    const of = (plays: readonly EnrichedPlay[]): Interval[] =>
      sittings(plays.filter(({ play }) => play.source === source && isTimed(play)))
    return intersectMerged(of(a), of(b)).filter((i) => i.end - i.start >= OVERLAP_AT_LEAST_MS)
  })
}

const distanceBetween = (a: readonly EnrichedPlay[], b: readonly EnrichedPlay[]): number | null => {
  const [from, to] = [
    a.find((t) => t.coordinates)?.coordinates,
    b.find((t) => t.coordinates)?.coordinates,
  ]
  return from && to ? haversineKm(from, to) : null
}

/** The country most of a home's plays are in, and a position in it; none where the file knows the country alone. */
const countryOf = ({ ownPlays }: Home) => {
  const country = mostCommonOf(ownPlays, ({ play }) => play.country)
  const placed = ownPlays.find(
    ({ play, coordinates }) =>
      coordinates && play.country === country && (play.city ?? play.region) !== null,
  )
  return { country, at: placed?.coordinates ?? null }
}

/** Whether two homes are in different countries for sure: not where the radii of both positions overlap, as on either side of a border. */
const areInOtherCountries = (a: Home, b: Home): boolean => {
  const [one, other] = [countryOf(a), countryOf(b)]
  if (one.country === null || other.country === null || one.country === other.country) return false
  return one.at === null || other.at === null || leastDistanceKm(one.at, other.at) > 0
}

const isWorkTime = ({ day, hour }: EnrichedPlay): boolean => {
  // Day 0 of Unix time was a Thursday.
  const weekday = (day + 4) % 7
  return weekday >= 1 && weekday <= 5 && hour >= 8 && hour < 18
}

const sumMs = (plays: readonly EnrichedPlay[]): number =>
  plays.reduce((sum, { start, end }) => sum + end - start, 0)

/** The household's day of a moment at which it watched. */
const dayAt = (plays: readonly EnrichedPlay[], at: number): number =>
  plays.findLast((t) => t.start <= at)?.day ?? Math.floor(at / DAY_MS)

const daysTogether = (main: Home, home: Home, overlap: readonly Interval[]): Days => {
  const own = daysOf(home.ownPlays)
  const mains = daysOf(main.ownPlays)
  return {
    own,
    television: daysOf(home.ownPlays.filter((t) => t.kind === 'television')),
    mixed: daysOf([
      ...home.plays.filter((t) => !t.isHosting && main.devices.has(t.device)),
      ...main.plays.filter((t) => !t.isHosting && home.devices.has(t.device)),
    ]),
    common: new Set([...own].filter((day) => mains.has(day))),
    overlap: new Set(overlap.map((i) => dayAt(home.ownPlays, i.start))),
  }
}

const recentOf = (
  { watched, ...days }: HouseholdComparison['fading'],
  decay: Decay,
): RecentEvidence => {
  const sum = (set: ReadonlySet<number>): number =>
    [...set].reduce((total, day) => total + decay(day * DAY_MS), 0)
  return {
    televisionDays: sum(days.television),
    hours: watched.reduce((total, i) => total + ((i.end - i.start) / HOUR_MS) * decay(i.start), 0),
    overlapDays: sum(days.overlap),
    commonDays: sum(days.common),
    mixedDays: sum(days.mixed),
  }
}

const hasPortables = (home: Home): boolean => home.ownPlays.some((t) => t.kind === 'portable')

const firstStart = (...homes: readonly (readonly EnrichedPlay[])[]): number => {
  let first = Number.POSITIVE_INFINITY
  for (const plays of homes) for (const { start } of plays) first = Math.min(first, start)
  return first
}

/** How far the main home is silent while the other plays, as where one household moves between two homes. */
const turnsOf = (days: Days, main: Home): number => {
  const mains = daysOf(main.ownPlays)
  const all = [...mains, ...days.own].sort((a, b) => a - b)
  const span = 1 + (all.at(-1) ?? 0) - (all[0] ?? 0)
  const elsewhere = span - days.own.size
  if (elsewhere <= 0 || days.own.size === 0) return 0
  const usual = (mains.size - days.common.size) / elsewhere
  return usual <= 0 ? 0 : Math.max(0, 1 - days.common.size / days.own.size / usual)
}

// A line that was only tried on a day, as by a set that is switched on and off, was not come back to on it.
const WATCHED_AT_LEAST_MS = 60_000

/** Days on which a minute or more was watched, as far as the source knows. */
const daysWatched = (plays: readonly EnrichedPlay[]): number => {
  const watched = new Map<number, number>()
  for (const t of plays) {
    const ms = isTimed(t.play) ? t.end - t.start : WATCHED_AT_LEAST_MS
    watched.set(t.day, (watched.get(t.day) ?? 0) + ms)
  }
  return [...watched.values()].filter((ms) => ms >= WATCHED_AT_LEAST_MS).length
}

/** Compares a household with the main one, by its plays on lines used repeatedly, or by all where there are none. */
export const compareHomes = (
  main: Home,
  other: Home,
  popularity: ChannelPopularity,
): HouseholdComparison => {
  const settled = settledPlays(other)
  const settledDays = daysWatched(settled)
  const ownPlays = settledDays < RETURN_DAYS ? other.ownPlays : settled
  const home: Home = { ...other, ownPlays, devices: new Set(ownPlays.map((t) => t.device)) }
  const overlap = overlapsPerSource(main.ownPlays, home.ownPlays)
  const days = daysTogether(main, home, overlap)
  const hours = mergeIntervals(home.ownPlays)
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
    isOtherCountry: areInOtherCountries(home, main),
    workHoursShare: sumMs(home.ownPlays.filter(isWorkTime)) / Math.max(1, sumMs(home.ownPlays)),
    firstAt: firstStart(main.ownPlays, home.ownPlays),
    weeks: new Set([...days.own].map((day) => Math.floor(day / 7))).size,
    turns: turnsOf(days, main),
    settledDays,
    series: compareSeries(main.ownPlays, home.ownPlays),
    channels: compareChannels(main.ownPlays, home.ownPlays, popularity),
    mayBeOwnPortables: home.televisions.size === 0 && !hasPortables(main),
    fading: { ...days, watched: hours },
  }
}

/** The evidence of a comparison at a time (Unix ms): what is old weighs less. */
export const evidenceAt = (comparison: HouseholdComparison, now: number): HouseholdEvidence => ({
  ...comparison,
  historyDays: (now - Math.min(now, comparison.firstAt)) / DAY_MS,
  recent: recentOf(comparison.fading, decayAt(now)),
})
