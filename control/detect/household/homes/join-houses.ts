import { groupBy } from '#domain/group-by'
import type { EnrichedPlay } from '../../enriched-play.ts'
import type { ChannelPopularity } from './channel-popularity.ts'
import { compareChannels } from './channels.ts'
import { areNear, arePooled, type Dwelling, dwellingOf, isMove, twinMs } from './one-house.ts'
import { compareSeries, type SeriesEvidence } from './series.ts'
import { UnionFind } from './union-find.ts'

/** A group of devices: its name, its plays at its own lines, and their duration. */
export interface Group {
  readonly id: string
  readonly ownPlays: readonly EnrichedPlay[]
  readonly televisions: ReadonlySet<string>
  /** Days on which devices of another group were guests, by that group. */
  readonly guests: ReadonlyMap<string, number>
  /** Days on which a device changed to another group within the hour, by that group. */
  readonly changes: ReadonlyMap<string, number>
  readonly weight: number
}

interface Known {
  readonly group: Group
  readonly dwelling: Dwelling
}

/** What is watched in the house of a group, over both sides of its line. */
type PlaysOf = (group: Group) => readonly EnrichedPlay[]

const mixing = (a: Group, b: Group): number => (a.guests.get(b.id) ?? 0) + (b.guests.get(a.id) ?? 0)

/** What two groups followed, the less watched beside the other. */
const seriesOf = (a: Group, b: Group): SeriesEvidence => {
  const [more, less] = a.ownPlays.length >= b.ownPlays.length ? [a, b] : [b, a]
  return compareSeries(more.ownPlays, less.ownPlays)
}

// So many series of its own, and hardly an episode of the other's, are another household's.
const OWN_SERIES = 2
const SHARED_AT_MOST = 0.1

const areStrangers = ({ isComparable, sharedShare, followed }: SeriesEvidence): boolean =>
  isComparable && sharedShare <= SHARED_AT_MOST && followed >= OWN_SERIES

/** Whether what plays through VPNs and relays follows series of its own, however little the house watches. */
const hidesStrangers = (hidden: Group, house: Group): boolean =>
  areStrangers(compareSeries(house.ownPlays, hidden.ownPlays))

// So much of what is watched over one line is of series of the other, and so often gone on with, that the same people watch.
const SHARED_AT_LEAST = 0.6
const CONTINUED_DAYS = 6

const goOn = ({ continuedDays, sharedShare, followed }: SeriesEvidence): boolean =>
  continuedDays >= CONTINUED_DAYS && sharedShare >= SHARED_AT_LEAST && followed >= OWN_SERIES

// So many days on which a device changed between two lines within the hour: both are within its reach, as in one flat.
const CHANGED_DAYS = 2

// Channels of two lines so much alike are the favourites of one household.
const LIKENESS = 0.35

// With less than this beside what everybody watches, there is too little to compare.
const OWN_AT_LEAST = 0.5

const shareChannels = (
  a: readonly EnrichedPlay[],
  b: readonly EnrichedPlay[],
  popularity: ChannelPopularity,
): boolean => {
  const { likeness, difference } = compareChannels(a, b, popularity)
  const own = likeness + difference
  return own >= OWN_AT_LEAST && likeness >= LIKENESS * own
}

const followedOn = ({ continuedDays, sharedShare }: SeriesEvidence): number =>
  continuedDays * sharedShare

/** Pairs each group of one IP version with at most one of the other: the best mixed, then the most watched. */
const joinTwins = (known: readonly Known[], sets: UnionFind): void => {
  const pairs = known.flatMap((a, i) =>
    known.slice(i + 1).flatMap((b) => {
      const mixed = mixing(a.group, b.group)
      const ms = twinMs(a.dwelling, b.dwelling, mixed)
      return ms > 0 && !areStrangers(seriesOf(a.group, b.group))
        ? [{ a: a.group, b: b.group, ms, mixed }]
        : []
    }),
  )
  pairs.sort(
    (x, y) => y.mixed - x.mixed || y.ms - x.ms || (x.a.id + x.b.id < y.a.id + y.b.id ? -1 : 1),
  )
  const taken = new Set<string>()
  for (const { a, b } of pairs) {
    if (taken.has(a.id) || taken.has(b.id)) continue
    taken.add(a.id)
    taken.add(b.id)
    sets.join(a.id, b.id)
  }
}

/**
 * Joins groups whose line says nothing of where they are with the house that goes on with their series, else with the
 * one that was watched most; `areApart` names those that are not.
 */
const joinUnplaced = (
  known: readonly Known[],
  isUnplaced: (dwelling: Dwelling) => boolean,
  sets: UnionFind,
  areApart: (group: Group, house: Group) => boolean = () => false,
): void => {
  const houses = known.filter((k) => !isUnplaced(k.dwelling)).map((k) => k.group)
  for (const { group } of known.filter((k) => isUnplaced(k.dwelling))) {
    const [best] = houses
      .map((house) => ({ house, series: seriesOf(group, house) }))
      .filter(({ house, series }) => !areStrangers(series) && !areApart(group, house))
      .sort(
        (a, b) =>
          followedOn(b.series) - followedOn(a.series) ||
          b.house.weight - a.house.weight ||
          (a.house.id < b.house.id ? -1 : 1),
      )
    if (best) sets.join(group.id, best.house.id)
  }
}

/**
 * Whether two lines of whatever providers are one house's: they are near each other, and devices change between them, or
 * what is watched over the one goes on over the other.
 */
const shareFlat = (
  a: Known,
  b: Known,
  playsOf: PlaysOf,
  popularity: ChannelPopularity,
): boolean => {
  if (a.dwelling.isHidden || b.dwelling.isHidden || !areNear(a.dwelling, b.dwelling)) return false
  const series = seriesOf(a.group, b.group)
  if (goOn(series) || shareChannels(playsOf(a.group), playsOf(b.group), popularity)) return true
  const changed = a.group.changes.get(b.group.id) ?? 0
  return changed >= CHANGED_DAYS && !areStrangers(series)
}

/** Joins groups that are one house; returns the name of a group's house. */
export const joinHouses = (
  groups: readonly Group[],
  popularity: ChannelPopularity,
): ((id: string) => string) => {
  const sets = new UnionFind()
  const known = groups.map((group) => ({
    group,
    dwelling: dwellingOf(group.ownPlays),
  }))
  joinTwins(known, sets)
  const houses = new Map<string, readonly EnrichedPlay[]>()
  for (const sides of groupBy(groups, ({ id }) => sets.find(id)).values()) {
    const plays = sides.flatMap(({ ownPlays }) => ownPlays)
    for (const { id } of sides) houses.set(id, plays)
  }
  const playsOf: PlaysOf = ({ id, ownPlays }) => houses.get(id) ?? ownPlays
  for (const [i, a] of known.entries()) {
    for (const b of known.slice(i + 1)) {
      const isOne =
        isMove(a.dwelling, b.dwelling) ||
        (arePooled(a.dwelling, b.dwelling) && !areStrangers(seriesOf(a.group, b.group))) ||
        shareFlat(a, b, playsOf, popularity)
      if (isOne) sets.join(a.group.id, b.group.id)
    }
  }
  joinUnplaced(known, ({ isLan }) => isLan, sets)
  joinUnplaced(known, ({ isHidden }) => isHidden, sets, hidesStrangers)
  return (id) => sets.find(id)
}
