import { groupBy } from '#domain/group-by'
import type { PlayRecord } from '#domain/types'
import { deviceClass } from '../device-class.ts'
import { hasDerivedDevice, isOutOfReach } from '../guards.ts'
import { isHosting } from '../network-class.ts'
import { watchedUntil } from '../watched.ts'
import { modelOf, onDevice, placeOf, providerOf } from './device-place.ts'
import { mostCommonOf } from './most-common.ts'

const DAY_MS = 86_400_000

const kindOf = ({ platform, client }: PlayRecord): string => `${platform ?? ''}/${client ?? ''}`

/** Whether two plays are of one model; most name it by the same words. */
export const isSameModel = (a: PlayRecord, b: PlayRecord): boolean =>
  (a.platform === b.platform && a.client === b.client && a.player === b.player) ||
  modelOf(a) === modelOf(b)

/** Whether an id is of several models, or of several players in turn, as where an app has a constant id. */
const isConstant = (plays: readonly PlayRecord[]): boolean => {
  const [first] = plays
  if (first === undefined || plays.every((play) => isSameModel(first, play))) return false
  if (plays.some((play) => kindOf(play) !== kindOf(first))) return true
  const known = new Set<string>()
  let before: string | null = null
  for (const play of plays) {
    const model = modelOf(play)
    // A player that is given another name does not go back to the first.
    if (model !== before && known.has(model)) return true
    known.add(model)
    before = model
  }
  return false
}

// Shorter overlaps may be rows of one player that changed its network.
const AT_ONCE_MS = 10 * 60_000

/**
 * Days on which an id must be seen in two places at once: three, and one where it is known to be several players', over
 * providers that are known, too: one house may have several addresses.
 */
const AT_ONCE_DAYS = 3

const NOWHERE: ReadonlySet<string> = new Set()

/** Whether the providers of both are known: without, IPv4 and IPv6 of one line are located apart. */
const areKnown = (...plays: readonly PlayRecord[]): boolean =>
  plays.every((play) => providerOf(play) !== null)

/** Whether a play came over a public network that is known. */
const isOutside = (play: PlayRecord): boolean => !play.isLan && placeOf(play) !== null

/** Whether a play ran on while the other had run for some time: no single player makes both. */
const runAtOnce = (first: PlayRecord, second: PlayRecord): boolean =>
  Math.min(watchedUntil(second), watchedUntil(first)) - second.startedAt >= AT_ONCE_MS

/** Whether any play begins over another network while one before it runs; without, nothing can have played at once. */
const mayPlayAtOnce = (plays: readonly PlayRecord[]): boolean => {
  let network: string | null = null
  let longest = Number.NEGATIVE_INFINITY
  for (const play of plays) {
    if (play.startedAt <= longest - AT_ONCE_MS && play.network !== network) return true
    const until = watchedUntil(play)
    if (until <= longest) continue
    longest = until
    network = play.network
  }
  return false
}

/** A play and where it was. */
interface At {
  readonly place: string
  readonly play: PlayRecord
}

/** Pairs of plays in two places of which each, when it began, was apart from the one that ran longest before it. */
const pairsApart = (plays: readonly PlayRecord[], areTwo: typeof runAtOnce): [At, At][] => {
  const pairs: [At, At][] = []
  let longest: At | null = null
  for (const play of plays) {
    const place = placeOf(play)
    if (place === null || isHosting(play)) continue
    const next = { place, play }
    if (longest !== null && longest.place !== place && areTwo(longest.play, play))
      pairs.push([longest, next])
    if (longest === null || watchedUntil(play) > watchedUntil(longest.play)) longest = next
  }
  return pairs
}

/** Places in which one id played although it was in another: players of their own. `isSure`: the id is known to be several players'. */
const placesAtOnce = (plays: readonly PlayRecord[], isSure: boolean): ReadonlySet<string> => {
  if (!isSure && !mayPlayAtOnce(plays)) return NOWHERE
  const pairs = pairsApart(plays, (first, second) =>
    isSure
      ? runAtOnce(first, second) || (areKnown(first, second) && isOutOfReach(first, second))
      : runAtOnce(first, second),
  )
  const days = new Map<string, Set<number>>()
  for (const pair of pairs) {
    const day = Math.floor(pair[1].play.startedAt / DAY_MS)
    for (const { place } of pair) days.set(place, (days.get(place) ?? new Set()).add(day))
  }
  const least = isSure ? 1 : AT_ONCE_DAYS
  return new Set([...days].flatMap(([place, set]) => (set.size >= least ? [place] : [])))
}

/** Plays of one constant id and model: a set on another provider's line is another set. */
const namedAsModel = (plays: readonly PlayRecord[], own: ReadonlySet<string>): PlayRecord[] => {
  const provider = mostCommonOf(plays, (play) => (isHosting(play) ? null : providerOf(play)))
  const place = mostCommonOf(plays, placeOf)
  return plays.map((play) => {
    const name = `${play.device ?? '?'} ${modelOf(play)}`
    const [at, over] = [placeOf(play), isHosting(play) ? null : providerOf(play)]
    if (at !== null && at !== place && own.has(at)) return onDevice(play, `${name} ${at}`)
    const isOther = deviceClass(play) === 'television' && over !== null && over !== provider
    return onDevice(play, isOther ? `${name} ${over}` : name)
  })
}

/** Plays without an id are as many players' as those of a constant one, where a model is told at all. */
const hasNoId = (play: PlayRecord): boolean => play.device === null

const isNamed = (play: PlayRecord): boolean =>
  !hasNoId(play) || play.platform !== null || play.client !== null || Boolean(play.player)

/** Gives plays of constant ids and of none a device for each model and place. Plays must be in order of start. */
export const withoutConstantIds = (plays: readonly PlayRecord[]): readonly PlayRecord[] => {
  const named = new Map<PlayRecord, PlayRecord>()
  const told = plays.filter((play) => isNamed(play) && !hasDerivedDevice(play))
  for (const list of groupBy(told, ({ device }) => device).values()) {
    const models =
      list.some(hasNoId) || isConstant(list) ? [...groupBy(list, modelOf).values()] : null
    for (const model of models ?? [list]) {
      const isSure = models !== null && areKnown(...model.filter(isOutside))
      const own = placesAtOnce(model, isSure)
      if (models === null && own.size === 0) continue
      for (const [i, play] of namedAsModel(model, own).entries()) named.set(model[i] ?? play, play)
    }
  }
  if (named.size === 0) return plays
  return plays.map((play) => named.get(play) ?? play)
}
