import { groupBy } from '#domain/group-by'
import type { PlayRecord } from '#domain/types'
import { hasDerivedDevice, isLoopback } from '../guards.ts'
import { addressPoolOf } from '../network-class.ts'

const DAY_MS = 86_400_000

// Ids of one model that follow each other with a shorter pause are one device whose id was renewed.
const PAUSE_MS = 21 * DAY_MS

/** A player's model: platform, product and client, without its id. */
const modelOf = (play: PlayRecord): string =>
  [play.platform ?? '', play.client ?? '', play.player ?? ''].join('/')

const placeOf = (play: PlayRecord): string | null => {
  if (isLoopback(play)) return null
  return play.isLan ? `lan ${play.source}` : addressPoolOf(play.network)
}

interface Id {
  readonly name: string
  readonly plays: PlayRecord[]
  readonly places: Set<string>
  first: number
  last: number
}

/** A device with its consecutive ids. */
interface Chain {
  readonly name: string
  readonly places: Set<string>
  last: number
}

const idsOf = (
  plays: readonly PlayRecord[],
  nameOf: (play: PlayRecord) => string = (play) => play.device ?? '',
): Id[] => {
  const ids = new Map<string, Id>()
  for (const play of plays) {
    const name = nameOf(play)
    const id = ids.get(name) ?? {
      name,
      plays: [],
      places: new Set<string>(),
      first: play.startedAt,
      last: play.startedAt,
    }
    ids.set(name, id)
    id.plays.push(play)
    id.last = play.startedAt
    const place = placeOf(play)
    if (place !== null) id.places.add(place)
  }
  return [...ids.values()].sort((a, b) => a.first - b.first || (a.name < b.name ? -1 : 1))
}

const shared = (a: ReadonlySet<string>, b: ReadonlySet<string>): number =>
  [...a].filter((x) => b.has(x)).length

/** The device that an id continues: of the same model, no longer seen under its last id, and seen in the same places. */
const continued = (chains: readonly Chain[], id: Id): Chain | undefined => {
  const silent = chains.filter((c) => c.last < id.first && id.first - c.last <= PAUSE_MS)
  const near = silent.filter((c) => shared(c.places, id.places) > 0)
  return near.sort(
    (a, b) => shared(b.places, id.places) - shared(a.places, id.places) || b.last - a.last,
  )[0]
}

/** Maps the ids of one model to the first id of their device. */
const chainIds = (ids: readonly Id[]): Map<string, string> => {
  const names = new Map<string, string>()
  const chains: Chain[] = []
  for (const id of ids) {
    const chain = continued(chains, id)
    if (chain === undefined) {
      chains.push({ name: id.name, places: new Set(id.places), last: id.last })
      names.set(id.name, id.name)
    } else {
      chain.last = Math.max(chain.last, id.last)
      for (const place of id.places) chain.places.add(place)
      names.set(id.name, chain.name)
    }
  }
  return names
}

/** Ids used by several models, as where an app has a constant id. */
const constantIds = (plays: readonly PlayRecord[]): ReadonlySet<string> => {
  const models = new Map<string, string>()
  const constant = new Set<string>()
  for (const play of plays) {
    if (play.device === null) continue
    const kind = `${play.platform ?? ''}/${play.client ?? ''}`
    const before = models.get(play.device)
    if (before === undefined) models.set(play.device, kind)
    else if (before !== kind) constant.add(play.device)
  }
  return constant
}

/** Functions that return a play's device id and model. */
export interface Naming {
  readonly nameOf: (play: PlayRecord) => string
  readonly modelOf: (play: PlayRecord) => string
}

/**
 * Renewed ids, each with the first id of its device: ids of one model that follow each other in one place are
 * one device. Plays must be in order of start.
 */
export const renewedNames = (
  plays: readonly PlayRecord[],
  { nameOf, modelOf: model }: Naming,
): Map<string, string> => {
  const names = new Map<string, string>()
  for (const list of groupBy(plays, model).values()) {
    for (const [id, name] of chainIds(idsOf(list, nameOf))) if (id !== name) names.set(id, name)
  }
  return names
}

/**
 * Gives plays stable device ids: an id of several models becomes one for each model, and ids of one model
 * that follow each other in one place become one, since browsers and some apps renew theirs. Plays
 * must be in order of start; those of edges are returned unchanged, since their ids are derived.
 */
export const lastingDevices = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const constant = constantIds(plays)
  const named = plays.map((play) =>
    play.device !== null && constant.has(play.device)
      ? { ...play, device: `${play.device} ${modelOf(play)}` }
      : play,
  )
  const names = renewedNames(
    named.filter((play) => play.device !== null && !hasDerivedDevice(play)),
    {
      nameOf: (play) => play.device ?? '',
      modelOf: (play) => `${play.source}\n${modelOf(play)}`,
    },
  )
  if (names.size === 0) return named
  return named.map((play) => {
    const name = play.device === null ? undefined : names.get(play.device)
    return name === undefined ? play : { ...play, device: name }
  })
}
