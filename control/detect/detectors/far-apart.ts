import { EARTH_RADIUS_KM } from '#domain/geo'
import type { PlayRecord } from '#domain/types'
import { isLocated, isThroughHosting } from '../guards.ts'

/** What decides whether two plays are far apart, of the rules that ask. */
interface FarParams {
  readonly min_distance_km: number
  readonly ignore_hosting: boolean
}

const toRadians = (degrees: number): number => (degrees * Math.PI) / 180

// Rounding makes distances a little longer or shorter.
const SLACK_KM = 0.001

/**
 * Whether any two plays may be as far apart as a rule asks: not where all are within one small rectangle of the globe. No great circle
 * between two places in it is longer than two of its sides.
 */
export const areFarApart = (plays: readonly PlayRecord[], params: FarParams): boolean => {
  let [south, north, west, east] = [90, -90, 180, -180]
  let radius = Number.POSITIVE_INFINITY
  for (const play of plays) {
    const { latitude, longitude, accuracyKm } = play
    if (latitude === null || longitude === null || accuracyKm === null || !isLocated(play)) continue
    if (params.ignore_hosting && isThroughHosting(play)) continue
    if (latitude < south) south = latitude
    if (latitude > north) north = latitude
    if (longitude < west) west = longitude
    if (longitude > east) east = longitude
    if (accuracyKm < radius) radius = accuracyKm
  }
  if (north < south) return false
  const nearestToEquator = south <= 0 && north >= 0 ? 0 : Math.min(Math.abs(south), Math.abs(north))
  const alongParallel = toRadians(east - west) * Math.cos(toRadians(nearestToEquator))
  const km = EARTH_RADIUS_KM * (toRadians(north - south) + alongParallel)
  return Math.max(0, km - 2 * radius) + SLACK_KM >= params.min_distance_km
}
