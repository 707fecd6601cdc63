import { coordinatesOf, EARTH_RADIUS_KM } from '#domain/geo'
import type { Coordinates, PlayRecord } from '#domain/types'
import { isLocated, isThroughHosting } from '../guards.ts'

/** What decides whether two plays are far apart, of the rules that ask. */
interface FarParams {
  readonly min_distance_km: number
  readonly ignore_hosting: boolean
}

const toRadians = (degrees: number): number => (degrees * Math.PI) / 180

// Rounding makes distances a little longer or shorter.
const SLACK_KM = 0.001

/** The coordinates of a play that a rule may measure from. */
const placeOf = (play: PlayRecord, { ignore_hosting }: FarParams): Coordinates | null =>
  isLocated(play) && !(ignore_hosting && isThroughHosting(play)) ? coordinatesOf(play) : null

/** The least distance to the equator between two latitudes, in degrees. */
const offEquator = (south: number, north: number): number =>
  south <= 0 && north >= 0 ? 0 : Math.min(Math.abs(south), Math.abs(north))

/**
 * Whether any two plays may be as far apart as a rule asks: not where all are within one small rectangle of the globe. No great circle
 * between two places in it is longer than two of its sides.
 */
export const areFarApart = (plays: readonly PlayRecord[], params: FarParams): boolean => {
  let [south, north, west, east] = [90, -90, 180, -180]
  let radius = Number.POSITIVE_INFINITY
  for (const play of plays) {
    const place = placeOf(play, params)
    if (place === null) continue
    south = Math.min(south, place.latitude)
    north = Math.max(north, place.latitude)
    west = Math.min(west, place.longitude)
    east = Math.max(east, place.longitude)
    radius = Math.min(radius, place.accuracyKm)
  }
  if (north < south) return false
  const alongParallel = toRadians(east - west) * Math.cos(toRadians(offEquator(south, north)))
  const km = EARTH_RADIUS_KM * (toRadians(north - south) + alongParallel)
  return Math.max(0, km - 2 * radius) + SLACK_KM >= params.min_distance_km
}
