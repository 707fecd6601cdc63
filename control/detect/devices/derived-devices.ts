import { groupBy } from '#domain/group-by'
import type { PlayRecord } from '#domain/types'
import { deviceClass } from '../device-class.ts'
import { hasDerivedDevice } from '../guards.ts'
import { addressPoolOf } from '../network-class.ts'
import { agentModel, agentVersion } from './agent-model.ts'
import { onDevice } from './device-place.ts'
import { type HeldLines, heldLines } from './held-lines.ts'
import { renewedNames } from './lasting-devices.ts'
import { provePlayers } from './player-proofs.ts'

// On so many days must a player be shown to be two before it is two.
const PROOFS = 2

const placeOf = (play: PlayRecord): string =>
  play.isLan ? 'lan' : (addressPoolOf(play.network) ?? 'unknown')

/** Copies of a playlist that players of several models used: files that were passed on, which join nobody. */
const passedOn = (plays: readonly PlayRecord[]): ReadonlySet<string> => {
  const models = new Map<string, string>()
  const copied = new Set<string>()
  for (const play of plays) {
    if (!play.download) continue
    const model = models.get(play.download)
    if (model === undefined) models.set(play.download, agentModel(play))
    else if (model !== agentModel(play)) copied.add(play.download)
  }
  return copied
}

/** Places that one playlist copy was carried between: one player was at both. */
const linksOf = (
  plays: readonly PlayRecord[],
  copied: ReadonlySet<string>,
): Map<string, Set<string>> => {
  const places = new Map<string, Set<string>>()
  for (const play of plays) {
    if (!play.download || copied.has(play.download)) continue
    places.set(play.download, (places.get(play.download) ?? new Set<string>()).add(placeOf(play)))
  }
  const links = new Map<string, Set<string>>()
  for (const set of places.values()) {
    for (const place of set) {
      const known = links.get(place) ?? new Set<string>()
      for (const other of set) if (other !== place) known.add(other)
      links.set(place, known)
    }
  }
  return links
}

/** How many agents are used at both of two places: what lives together moves together. */
const affinityOf = (plays: readonly PlayRecord[]): ((a: string, b: string) => number) => {
  const agents = new Map<string, Set<string>>()
  for (const play of plays) {
    const place = placeOf(play)
    agents.set(place, (agents.get(place) ?? new Set<string>()).add(agentVersion(play)))
  }
  return (a, b) => {
    const [x, y] = [agents.get(a), agents.get(b)]
    return x === undefined || y === undefined ? 0 : [...x].filter((agent) => y.has(agent)).length
  }
}

/** What is known of all players of an account. */
interface Known {
  readonly copied: ReadonlySet<string>
  readonly held: HeldLines
  readonly affinity: (a: string, b: string) => number
}

interface Pair {
  readonly a: string
  readonly b: string
  readonly isCarried: boolean
  readonly affinity: number
  readonly plays: number
}

/** Pairs of places to be joined, the surest first. */
const rankedPairs = (
  counts: ReadonlyMap<string, number>,
  links: ReadonlyMap<string, ReadonlySet<string>>,
  affinity: Known['affinity'],
): Pair[] => {
  const places = [...counts.keys()].sort()
  const pairs = places.flatMap((a, i) =>
    places.slice(i + 1).map((b) => ({
      a,
      b,
      isCarried: links.get(a)?.has(b) ?? false,
      affinity: affinity(a, b),
      plays: Math.min(counts.get(a) ?? 0, counts.get(b) ?? 0),
    })),
  )
  return pairs.sort(
    (x, y) =>
      Number(y.isCarried) - Number(x.isCarried) || y.affinity - x.affinity || y.plays - x.plays,
  )
}

/** Numbers the players of one agent: places are one player's unless they were shown to be two players'. */
const numberPlayers = (plays: readonly PlayRecord[], known: () => Known): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const play of plays) counts.set(placeOf(play), (counts.get(placeOf(play)) ?? 0) + 1)
  // In one place there is nothing to tell apart: true of most accounts, at each of their plays.
  if (counts.size < 2) return new Map([...counts.keys()].map((place) => [place, 0]))
  const { copied, held, affinity } = known()
  const proofs = provePlayers(plays, placeOf, {
    held,
    downloadOf: (play) => (play.download && !copied.has(play.download) ? play.download : null),
  })
  const first = plays[0]
  const least = first !== undefined && deviceClass(first) === 'television' ? 1 : PROOFS
  const links = linksOf(plays, copied)
  const playerOf = new Map([...counts.keys()].map((place) => [place, [place]]))
  const areTwo = (x: readonly string[], y: readonly string[]): boolean => {
    const days = new Set<number>()
    for (const a of x) for (const b of y) for (const d of proofs.get(a)?.get(b) ?? []) days.add(d)
    return days.size >= least
  }
  for (const { a, b, isCarried } of rankedPairs(counts, links, affinity)) {
    const [x = [], y = []] = [playerOf.get(a), playerOf.get(b)]
    if (x === y || (!isCarried && areTwo(x, y))) continue
    x.push(...y)
    for (const place of y) playerOf.set(place, x)
  }
  const players = [...new Set(playerOf.values())].sort((x, y) => sizeOf(y) - sizeOf(x))
  function sizeOf(player: readonly string[]): number {
    return player.reduce((sum, place) => sum + (counts.get(place) ?? 0), 0)
  }
  return new Map(players.flatMap((player, i) => player.map((place) => [place, i] as const)))
}

/**
 * What tells kinds of players apart: the User-Agent, and whether channels are opened by user and password, as apps do that never download a
 * playlist. An app plays in one of the two ways.
 */
const kindOf = (play: PlayRecord): string =>
  play.door === 'xtream' ? `${agentVersion(play)} by user and password` : agentVersion(play)

/** The players behind plays of edges, each under the first name it was known by, its updates included. */
const namePlayers = (plays: readonly PlayRecord[]): Map<PlayRecord, string> => {
  let found: Known | null = null
  const known = (): Known =>
    (found ??= { copied: passedOn(plays), held: heldLines(plays), affinity: affinityOf(plays) })
  const names = new Map<PlayRecord, string>()
  for (const [kind, list] of groupBy(plays, kindOf)) {
    const numbers = numberPlayers(list, known)
    for (const play of list) {
      const number = numbers.get(placeOf(play)) ?? 0
      names.set(play, number === 0 ? kind : `${kind} #${number + 1}`)
    }
  }
  return names
}

/**
 * Replaces device ids that edges derived by stable ones: players of one agent and kind of door are one device until they are shown
 * to be two, by playing in two places at once, or by a playlist copy that comes back after another was
 * used elsewhere; else a phone that leaves the house would count as a second one. Places that one copy of a playlist
 * was carried between are one player's. A player that was updated stays what it was. Plays must be in order of start.
 */
export const mergeDerivedDevices = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const own = plays.filter(hasDerivedDevice)
  if (own.length === 0) return [...plays]
  // One play is told apart from nothing, and has nothing that was updated: most plays of new accounts are their first.
  if (own.length === 1)
    return plays.map((play) => (play === own[0] ? onDevice(play, kindOf(play)) : play))
  const names = namePlayers(own)
  const updated = renewedNames(own, {
    nameOf: (play) => names.get(play) ?? '',
    modelOf: agentModel,
  })
  return plays.map((play) => {
    const name = names.get(play)
    return name === undefined ? play : onDevice(play, updated.get(name) ?? name)
  })
}
