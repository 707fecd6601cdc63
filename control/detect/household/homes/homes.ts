import { coveredMs } from '#domain/interval'
import { type DevicePlays, playsByDevice, sumUsage } from '../../devices/device-plays.ts'
import type { EnrichedPlay } from '../../enriched-play.ts'
import { type Changes, changesOf } from './changes.ts'
import { type ChannelPopularity, UNKNOWN_POPULARITY } from './channel-popularity.ts'
import { type Group, joinHouses } from './join-houses.ts'
import { type LineConflicts, lineConflicts } from './line-conflicts.ts'
import { UnionFind } from './union-find.ts'

/** A cluster of devices that share an internet connection, and the plays at it. */
export interface Home {
  readonly devices: ReadonlySet<string>
  readonly televisions: ReadonlySet<string>
  /** Plays that happened at this home, guests included. */
  readonly plays: readonly EnrichedPlay[]
  /** What its own devices watched at it; music is none of it. */
  readonly ownPlays: readonly EnrichedPlay[]
}

// Times two groups must be seen at two addresses of one pool at once before they count as two lines.
const CONFLICTS_AT_LEAST = 2

// A phone that watches this many times more at a place of its own than at a home counts as a guest at that home.
const GUEST_RATIO = 4
const GUEST_DAYS = 2
const OWN_PLACE_DAYS = 5
const OWN_PLACE_MEAN_HOURS = 0.3

/** Joins devices that share a line, or the exits of one VPN. */
const joinByLine = (sets: UnionFind, uses: readonly DevicePlays[]): void => {
  const first = new Map<string, string>()
  for (const { device, places } of uses) {
    for (const [line] of places.keys()) {
      if (line === undefined) continue
      const other = first.get(line)
      if (other === undefined) first.set(line, device)
      else if (other !== device) sets.join(other, device)
    }
  }
}

const linesInPool = (use: DevicePlays): Map<string, Set<string>> => {
  const lines = new Map<string, Set<string>>()
  for (const { line, pool, isHosting } of use.places.values()) {
    if (line === null || pool === null || isHosting) continue
    lines.set(pool, (lines.get(pool) ?? new Set<string>()).add(line))
  }
  return lines
}

/** Whether two groups of lines never alternated. */
const areOneLine = (
  a: ReadonlySet<string>,
  b: ReadonlySet<string>,
  conflicts: LineConflicts,
): boolean =>
  [...a].every((x) =>
    [...(conflicts.get(x) ?? [])].every(([y, times]) => times < CONFLICTS_AT_LEAST || !b.has(y)),
  )

/** Joins devices on one line, and those of one address pool that were never seen at two of its addresses at once. */
const groupDevices = (
  uses: readonly DevicePlays[],
  sets: UnionFind,
  conflictsIn: (pool: string) => LineConflicts,
): void => {
  joinByLine(sets, uses)
  const pools = new Map<string, Map<string, Set<string>>>()
  for (const use of uses) {
    const group = sets.find(use.device)
    for (const [pool, lines] of linesInPool(use)) {
      const groups = pools.get(pool) ?? new Map<string, Set<string>>()
      pools.set(pool, groups)
      groups.set(group, new Set([...(groups.get(group) ?? []), ...lines]))
    }
  }
  for (const [pool, groups] of pools) {
    if (groups.size < 2) continue
    const conflicts = conflictsIn(pool)
    const list = [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [i, [a, linesOfA]] of list.entries()) {
      for (const [b, linesOfB] of list.slice(i + 1))
        if (areOneLine(linesOfA, linesOfB, conflicts)) sets.join(a, b)
    }
  }
}

/** The home of each line and pool; `null` where several homes use it. */
const claimHomeKeys = (
  uses: readonly DevicePlays[],
  sets: UnionFind,
  claimed: Map<string, string | null>,
): void => {
  for (const use of uses) {
    const home = sets.find(use.device)
    for (const homeKey of new Set([...use.places.keys()].flat())) {
      const owner = claimed.get(homeKey)
      if (owner === undefined) claimed.set(homeKey, home)
      else if (owner !== home) claimed.set(homeKey, null)
    }
  }
}

const homeOf = (play: EnrichedPlay, claimed: ReadonlyMap<string, string | null>): string | null => {
  for (const homeKey of play.homeKeys) {
    const home = claimed.get(homeKey)
    if (home) return home
  }
  return null
}

/** The home a travelling device belongs to: where it watched most, unless it has a better place of its own. */
const bestHome = (use: DevicePlays, claimed: ReadonlyMap<string, string | null>): string | null => {
  const homes = new Map([...use.places].map(([keys, play]) => [keys, homeOf(play, claimed)]))
  const homeAt = (play: EnrichedPlay): string | null => homes.get(play.homeKeys) ?? null
  const [only = null, ...others] = new Set(homes.values())
  if (others.length === 0) return only
  const atHomes = sumUsage(use.plays, (p) => [homeAt(p) ?? ''])
  const ranked = [...atHomes]
    .filter(([home]) => home !== '')
    .sort(([a, x], [b, y]) => y.hours - x.hours || (a < b ? -1 : 1))
  const [best] = ranked
  if (!best) return null
  // Without a television on the LAN, the LAN still counts as a home.
  const lan = sumUsage(use.plays, (p) => (p.play.isLan && homeAt(p) === null ? ['lan'] : []))
  if ((lan.get('lan')?.hours ?? 0) > best[1].hours) return null
  if (best[1].days > GUEST_DAYS) return best[0]
  const away = use.plays.filter((p) => homeAt(p) === null && !p.isHosting)
  const hasOwnPlace = [...sumUsage(away, (p) => p.homeKeys.slice(1)).values()].some(
    (p) =>
      p.days >= OWN_PLACE_DAYS &&
      p.hours >= GUEST_RATIO * best[1].hours &&
      p.hours / p.plays >= OWN_PLACE_MEAN_HOURS,
  )
  return hasOwnPlace ? null : best[0]
}

// A home has a television more often than an office or a place of a visit.
const TELEVISION_FACTOR = 3
const mainness = ({ d, ms }: { d: Draft; ms: number }): number =>
  d.televisions.size > 0 ? TELEVISION_FACTOR * ms : ms

interface Draft {
  readonly devices: Set<string>
  readonly televisions: Set<string>
  readonly plays: EnrichedPlay[]
  readonly ownPlays: EnrichedPlay[]
}

const settle = (
  uses: readonly DevicePlays[],
): { of: Map<string, string>; claimed: Map<string, string | null> } => {
  const sets = new UnionFind()
  const claimed = new Map<string, string | null>()
  const anchors = uses.filter((u) => u.kind === 'television')
  const conflictsIn = lineConflicts(uses)
  groupDevices(anchors, sets, conflictsIn)
  claimHomeKeys(anchors, sets, claimed)
  const of = new Map(anchors.map((u) => [u.device, sets.find(u.device)]))
  const strays: DevicePlays[] = []
  for (const use of uses) {
    if (use.kind === 'television') continue
    const home = bestHome(use, claimed)
    if (home === null) strays.push(use)
    else of.set(use.device, home)
  }
  const away = strays.map((use) => {
    const places = new Map([...use.places].filter(([, play]) => homeOf(play, claimed) === null))
    return { ...use, plays: use.plays.filter((p) => places.has(p.homeKeys)), places }
  })
  groupDevices(away, sets, conflictsIn)
  claimHomeKeys(away, sets, claimed)
  for (const use of strays) of.set(use.device, sets.find(use.device))
  return { of, claimed }
}

/** Sorts plays into drafts by home. */
const draftsOf = (
  uses: readonly DevicePlays[],
  plays: readonly EnrichedPlay[],
  homeOfDevice: (device: string) => string,
  homeOfPlay: (play: EnrichedPlay) => string | null,
): Map<string, Draft> => {
  const drafts = new Map<string, Draft>()
  for (const use of uses) {
    const id = homeOfDevice(use.device)
    const draft = drafts.get(id) ?? {
      devices: new Set(),
      televisions: new Set(),
      plays: [],
      ownPlays: [],
    }
    drafts.set(id, draft)
    draft.devices.add(use.device)
    if (use.kind === 'television') draft.televisions.add(use.device)
  }
  for (const play of plays) {
    const home = homeOfPlay(play)
    if (home === null) continue
    drafts.get(home)?.plays.push(play)
    if (homeOfDevice(play.device) === home && !play.isMusic) drafts.get(home)?.ownPlays.push(play)
  }
  return drafts
}

const watchedMs = (draft: Draft): number => coveredMs(draft.ownPlays)

/** Drafts with plays of their own. */
const groupsOf = (
  drafts: ReadonlyMap<string, Draft>,
  homeOfDevice: (device: string) => string,
  changes: () => Changes,
): Group[] => {
  const lived = [...drafts].filter(([, draft]) => draft.ownPlays.length > 0)
  if (lived.length < 2) return []
  const changed = changes()
  return lived.map(([id, draft]) => {
    const guests = new Map<string, Set<number>>()
    for (const { device, day } of draft.plays) {
      const of = homeOfDevice(device)
      if (of !== id) guests.set(of, (guests.get(of) ?? new Set<number>()).add(day))
    }
    return {
      id,
      ownPlays: draft.ownPlays,
      televisions: draft.televisions,
      guests: new Map([...guests].map(([of, days]) => [of, days.size])),
      changes: new Map([...(changed.get(id) ?? [])].map(([to, days]) => [to, days.size])),
      weight: mainness({ d: draft, ms: watchedMs(draft) }),
    }
  })
}

/** Groups an account's devices into homes, the most watched first. */
export const homesOf = (
  plays: readonly EnrichedPlay[],
  popularity: ChannelPopularity = UNKNOWN_POPULARITY,
): Home[] => {
  const uses = playsByDevice(plays)
  const { of, claimed } = settle(uses)
  const ofDevice = (device: string): string => of.get(device) ?? device
  const places = new Map<readonly string[], string | null>()
  const homeAt = (play: EnrichedPlay): string | null => {
    let home = places.get(play.homeKeys)
    if (home === undefined) places.set(play.homeKeys, (home = homeOf(play, claimed)))
    return home
  }
  const ofPlay = (play: EnrichedPlay): string | null => {
    // A television stays in its home, also where a relay hides its line.
    const hidden = play.line === null && play.kind === 'television' ? of.get(play.device) : null
    return homeAt(play) ?? hidden ?? null
  }
  const drafts = draftsOf(uses, plays, ofDevice, ofPlay)
  const groups = groupsOf(drafts, ofDevice, () => changesOf(uses, ofPlay))
  const houseOf = joinHouses(groups, popularity)
  const isJoined = [...drafts.keys()].some((id) => houseOf(id) !== id)
  const houses = isJoined
    ? draftsOf(
        uses,
        plays,
        (device) => houseOf(ofDevice(device)),
        (play) => {
          const home = ofPlay(play)
          return home === null ? null : houseOf(home)
        },
      )
    : drafts
  return [...houses.values()]
    .filter((d) => d.ownPlays.length > 0)
    .map((d) => ({ d, ms: watchedMs(d) }))
    .sort((a, b) => mainness(b) - mainness(a))
    .map(({ d }) => d)
}
