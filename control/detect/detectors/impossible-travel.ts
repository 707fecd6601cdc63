import { speedKmh } from '#domain/geo'
import type { PlayRecord } from '#domain/types'
import { createFinding, deviceName, durationText, placeWithRadius } from '../finding.ts'
import {
  distanceOf,
  isLocated,
  isSameDevice,
  isSameNetwork,
  isThroughHosting,
  isTimed,
  providerOfBoth,
} from '../guards.ts'
import { clockSlackMs, endOf } from '../normalise.ts'
import type { Inspect, ParamsOf } from '../rules/rule-types.ts'
import { clearedAtEither } from './cleared-by.ts'

type Params = ParamsOf<'impossible_travel'>

// News of a running play comes once a minute, and of its end after its idle time.
const UNTOLD_MS = 5 * 60_000

/** Whether a play was over at a time; one that still runs says when it was seen last, not when it ended. */
const isOverAt = (play: PlayRecord, at: number): boolean =>
  endOf(play) <= at && (play.endedAt !== null || play.lastSeenAt + UNTOLD_MS <= at)

/** The last located play that was over when the event began; LAN plays neither count nor reset it. */
const lastLocated = (
  event: PlayRecord,
  recent: readonly PlayRecord[],
  params: Params,
): PlayRecord | null => {
  let last: PlayRecord | null = null
  // Backwards, because the last to start is nearly always the last to end.
  let lastEnd = Number.NEGATIVE_INFINITY
  for (let i = recent.length - 1; i >= 0; i -= 1) {
    const play = recent[i]
    if (play === undefined || endOf(play) <= lastEnd || !isOverAt(play, event.startedAt)) continue
    if (!isLocated(play) || (params.ignore_hosting && isThroughHosting(play))) continue
    last = play
    lastEnd = endOf(play)
  }
  return last
}

/** Whether a play says where somebody was at its start: what else is known of a journey's length. */
const isJourneysEnd = (play: PlayRecord): boolean => isLocated(play) && isTimed(play)

/** Whether two plays are no journey of a person, however far apart: by network or device. */
const isExcused = (from: PlayRecord, event: PlayRecord, params: Params): boolean =>
  isSameNetwork(from, event) ||
  (params.ignore_same_device && isSameDevice(from, event)) ||
  (params.ignore_hosting && isThroughHosting(event))

/** Two plays in places too far apart to travel between them in the time. */
export const inspectImpossibleTravel: Inspect<'impossible_travel'> = (event, recent, params) => {
  if (!isJourneysEnd(event)) return null
  const from = lastLocated(event, recent, params)
  if (from === null || isExcused(from, event, params)) return null
  const distance = distanceOf(from, event)
  if (distance === null || distance.leastKm < params.min_distance_km) return null
  const elapsedMs = event.startedAt - endOf(from)
  const slackMs = clockSlackMs(from, event)
  const speed = speedKmh(distance.leastKm, elapsedMs + slackMs)
  if (speed <= params.max_speed_kmh) return null
  const km = Math.round(distance.km)
  const pace = Number.isFinite(speed) ? `, at least ${Math.round(speed)} km/h` : ''
  return createFinding(event, [from], {
    kind: 'impossible_travel',
    severity: 'warning',
    confidence: 25,
    summary:
      `The ${deviceName(from)} stopped in ${placeWithRadius(from)} and the ${deviceName(event)} started in ` +
      `${placeWithRadius(event)}, ${km} km away, ${durationText(elapsedMs)} later${pace}. ${clearedAtEither(from, event)}`,
    evidence: {
      distanceKm: distance.km,
      leastDistanceKm: distance.leastKm,
      elapsedMs,
      ...(slackMs > 0 && { clockSlackMs: slackMs }),
      speedKmh: Number.isFinite(speed) ? speed : Number.MAX_SAFE_INTEGER,
      limit: params.max_speed_kmh,
      ...providerOfBoth(from, event),
    },
  })
}
