import { groupBy } from '#domain/group-by'
import { TupleNumbers } from '#domain/tuple-numbers'
import type { PlayRecord } from '#domain/types'
import { deviceClass } from '../device-class.ts'
import { hasDerivedDevice } from '../guards.ts'
import { endOf } from '../normalise.ts'
import { isSameModel, withoutConstantIds } from './constant-ids.ts'
import { onDevice, placeOf, providerOf } from './device-place.ts'

const DAY_MS = 86_400_000

// Ids of one model that follow each other with a shorter pause are one device whose id was renewed.
const PAUSE_MS = 21 * DAY_MS

interface Id {
  readonly name: string
  readonly plays: PlayRecord[]
  readonly places: Set<string>
  readonly providers: Set<string>
  first: number
  /** Start and end of its latest play. */
  last: number
  end: number
}

/** A device with its consecutive ids. */
interface Chain {
  readonly name: string
  readonly places: Set<string>
  readonly providers: Set<string>
  last: number
  end: number
}

const newId = (name: string, first: number): Id => ({
  name,
  plays: [],
  places: new Set(),
  providers: new Set(),
  first,
  last: first,
  end: first,
})

/** Whether two plays came over one line, so that place and provider are the same. */
const isSameLine = (a: PlayRecord, b: PlayRecord): boolean =>
  a.network === b.network &&
  a.isLan === b.isLan &&
  a.source === b.source &&
  a.asn === b.asn &&
  a.asnOrg === b.asnOrg &&
  a.country === b.country

const idsOf = (plays: readonly PlayRecord[], nameOf: Naming['nameOf']): Id[] => {
  const ids = new Map<string, Id>()
  for (const play of plays) {
    const name = nameOf(play)
    let id = ids.get(name)
    if (id === undefined) ids.set(name, (id = newId(name, play.startedAt)))
    const before = id.plays.at(-1)
    id.plays.push(play)
    id.last = play.startedAt
    id.end = Math.max(id.end, endOf(play))
    if (before !== undefined && isSameLine(before, play)) continue
    const [place, provider] = [placeOf(play), providerOf(play)]
    if (place !== null) id.places.add(place)
    if (provider !== null) id.providers.add(provider)
  }
  return [...ids.values()].sort((a, b) => a.first - b.first || (a.name < b.name ? -1 : 1))
}

const shared = (a: ReadonlySet<string>, b: ReadonlySet<string>): number =>
  [...a].filter((x) => b.has(x)).length

// So many ids of one model, most of them short-lived, say nothing of how many devices there are.
const FICKLE_IDS = 4
const SHORT_LIVED_MS = DAY_MS

const isFickle = (ids: readonly Id[]): boolean =>
  ids.length >= FICKLE_IDS &&
  2 * ids.filter((id) => id.last - id.first <= SHORT_LIVED_MS).length > ids.length

const travels = ({ plays }: Id): boolean => {
  const [first] = plays
  return first !== undefined && deviceClass(first) !== 'television'
}

/** Whether two ids of one model played at the same time in different places: they are two devices. */
const areTwoDevices = (ids: readonly Id[]): boolean => {
  let before: { end: number; place: string | null } | null = null
  const plays = ids.flatMap((id) => id.plays).sort((a, b) => a.startedAt - b.startedAt)
  for (const play of plays) {
    const place = placeOf(play)
    if (place === null) continue
    if (before !== null && before.place !== place && play.startedAt < before.end) return true
    const end = endOf(play)
    if (before === null || end > before.end) before = { end, place }
  }
  return false
}

/** How a model's ids are joined: where they share a place, and whether by provider, or wherever they are, too. */
type Reach = 'place' | 'provider' | 'anywhere'

const reachOf = (ids: readonly Id[]): Reach => {
  if (!isFickle(ids) || areTwoDevices(ids)) return 'place'
  return ids.every(travels) ? 'anywhere' : 'provider'
}

/** The device that an id continues: of the same model, no longer seen under its last id, and seen in the same places. */
const continued = (chains: readonly Chain[], id: Id, reach: Reach): Chain | undefined => {
  const silent = chains.filter((c) => c.last < id.first && id.first - c.last <= PAUSE_MS)
  const near = silent.filter((c) => shared(c.places, id.places) > 0)
  const alike =
    reach === 'place' || near.length > 0
      ? near
      : silent.filter(
          (c) =>
            c.end <= id.first && (reach === 'anywhere' || shared(c.providers, id.providers) > 0),
        )
  return alike.sort(
    (a, b) => shared(b.places, id.places) - shared(a.places, id.places) || b.last - a.last,
  )[0]
}

/** Maps the ids of one model to the first id of their device. */
const chainIds = (ids: readonly Id[], reach: Reach): Map<string, string> => {
  const names = new Map<string, string>()
  const chains: Chain[] = []
  for (const id of ids) {
    const chain = continued(chains, id, reach)
    if (chain === undefined) {
      const { name, places, providers, last, end } = id
      chains.push({ name, places: new Set(places), providers: new Set(providers), last, end })
      names.set(name, name)
    } else {
      chain.last = Math.max(chain.last, id.last)
      chain.end = Math.max(chain.end, id.end)
      for (const place of id.places) chain.places.add(place)
      for (const provider of id.providers) chain.providers.add(provider)
      names.set(id.name, chain.name)
    }
  }
  return names
}

/** Functions that return a play's device id and model. */
export interface Naming {
  readonly nameOf: (play: PlayRecord) => string
  readonly modelOf: (play: PlayRecord) => unknown
}

/** Whether plays are of one id: there is nothing to chain. */
const isOneId = (plays: readonly PlayRecord[], nameOf: Naming['nameOf']): boolean => {
  const [first] = plays
  if (first === undefined) return true
  const name = nameOf(first)
  return plays.every((play) => nameOf(play) === name)
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
    if (isOneId(list, nameOf)) continue
    const ids = idsOf(list, nameOf)
    const reach = ids.every((id) => id.plays.every(hasDerivedDevice)) ? 'place' : reachOf(ids)
    for (const [id, name] of chainIds(ids, reach)) if (id !== name) names.set(id, name)
  }
  return names
}

/** Numbers models of plays; that of a device is nearly always the one of before. */
const modelNumbers = (): ((play: PlayRecord) => number) => {
  const numbers = new TupleNumbers()
  const before = new Map<string | null, { readonly play: PlayRecord; readonly number: number }>()
  return (play) => {
    const { source, platform, client, player = null } = play
    const last = before.get(play.device)
    if (last !== undefined && last.play.source === source && isSameModel(last.play, play))
      return last.number
    const model = numbers.add(numbers.add(TupleNumbers.EMPTY, source), platform)
    const number = numbers.add(numbers.add(model, client), player)
    before.set(play.device, { play, number })
    return number
  }
}

/**
 * Gives plays stable device ids: an id of several models becomes one for each model, and ids of one model
 * that follow each other in one place become one, since browsers and some apps renew theirs. Plays
 * must be in order of start; those of edges are returned unchanged, since their ids are derived.
 */
export const lastingDevices = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const named = withoutConstantIds(plays)
  const modelOf = modelNumbers()
  const names = renewedNames(
    named.filter((play) => play.device !== null && !hasDerivedDevice(play)),
    { nameOf: (play) => play.device ?? '', modelOf },
  )
  if (names.size === 0) return [...named]
  return named.map((play) => {
    const name = play.device === null ? undefined : names.get(play.device)
    return name === undefined ? play : onDevice(play, name)
  })
}
