import type { PlayRecord } from '#domain/types'
import { createFinding, deviceName, durationText, placeWithRadius } from '../finding.ts'
import {
  type Distance,
  distanceOf,
  isLocated,
  isSameDevice,
  isThroughHosting,
  isTimed,
  isWithinProvider,
  providerOfBoth,
} from '../guards.ts'
import { clockSlackMs } from '../normalise.ts'
import type { Inspect, ParamsOf } from '../rules/rule-types.ts'
import { WATCHED_AT_MOST_MS, watchedUntil } from '../watched.ts'
import { clearedAtEither } from './cleared-by.ts'

const MINUTE_MS = 60_000

interface Pair {
  readonly play: PlayRecord
  readonly distance: Distance
  readonly sharedMs: number
  readonly isOneProvider: boolean
}

type Params = ParamsOf<'simultaneous_places'>

const isUsable = (play: PlayRecord, params: Params): boolean =>
  isTimed(play) && isLocated(play) && !(params.ignore_hosting && isThroughHosting(play))

/** Compares two plays; `null` where they cannot be compared. */
const compare = (play: PlayRecord, event: PlayRecord, params: Params): Pair | null => {
  const shared =
    Math.min(watchedUntil(play), watchedUntil(event)) - Math.max(play.startedAt, event.startedAt)
  const sharedMs = shared - clockSlackMs(play, event)
  if (sharedMs <= 0 || sharedMs < params.min_overlap_minutes * MINUTE_MS) return null
  if (isSameDevice(play, event) || !isUsable(play, params) || !isUsable(event, params)) return null
  const distance = distanceOf(play, event)
  return distance === null || distance.leastKm < params.min_distance_km
    ? null
    : { play, distance, sharedMs, isOneProvider: isWithinProvider(play, event) }
}

/** Whether a pair says more than another: two providers before one, then the longer, of equal ones the first. */
const saysMore = (pair: Pair, than: Pair): boolean =>
  pair.isOneProvider === than.isOneProvider ? pair.sharedMs >= than.sharedMs : than.isOneProvider

/** Two devices of one account that played at the same time in places far apart. */
export const inspectSimultaneousPlaces: Inspect<'simultaneous_places'> = (
  event,
  recent,
  params,
) => {
  if (!isLocated(event)) return null
  let best: Pair | null = null
  // What began earlier was over, since nobody watches for longer.
  const since = event.startedAt - WATCHED_AT_MOST_MS
  for (let i = recent.length - 1; i >= 0; i -= 1) {
    const play = recent[i]
    if (play === undefined || play.startedAt <= since) break
    const pair = compare(play, event, params)
    if (pair !== null && (best === null || saysMore(pair, best))) best = pair
  }
  if (best === null) return null
  const { play, distance, sharedMs } = best
  return createFinding(event, [play], {
    kind: 'simultaneous_places',
    severity: 'warning',
    confidence: 35,
    summary:
      `The ${deviceName(play)} in ${placeWithRadius(play)} and the ${deviceName(event)} in ${placeWithRadius(event)}, ` +
      `${Math.round(distance.km)} km apart, played at the same time for ${durationText(sharedMs)}. ${clearedAtEither(play, event)}`,
    evidence: {
      distanceKm: distance.km,
      leastDistanceKm: distance.leastKm,
      overlapMs: sharedMs,
      limit: params.min_distance_km,
      ...providerOfBoth(play, event),
    },
  })
}
