import { EARTH_RADIUS_KM } from '#domain/geo'
import type { PlayRecord } from '#domain/types'
import { isLocated } from '../guards.ts'
import { isHosting } from '../network-class.ts'

/** What decides whether two plays are far apart, of the rules that ask. */
interface FarParams {
  readonly min_distance_km: number
  readonly ignore_hosting: boolean
}

const toRadians = (degrees: number): number => (degrees * Math.PI) / 180

// Rounding makes distances a little longer or shorter.
const SLACK_KM = 0.001

/** The least distance to the equator between two latitudes, in degrees. */
const offEquator = (south: number, north: number): number =>
  south <= 0 && north >= 0 ? 0 : Math.min(Math.abs(south), Math.abs(north))

/**
 * Whether any two plays may be as far apart as a rule asks: not where all are within one small rectangle of the globe. No great circle
 * between two places in it is longer than two of its sides.
 */
export const areFarApart = (plays: readonly PlayRecord[], params: FarParams): boolean => {
  let south = 90
  let north = -90
  let west = 180
  let east = -180
  let radius = Number.POSITIVE_INFINITY
  for (const play of plays) {
    if (!isLocated(play) || (params.ignore_hosting && isHosting(play))) continue
    const { latitude, longitude, accuracyKm } = play
    if (latitude === null || longitude === null || accuracyKm === null) continue
    if (latitude < south) south = latitude
    if (latitude > north) north = latitude
    if (longitude < west) west = longitude
    if (longitude > east) east = longitude
    if (accuracyKm < radius) radius = accuracyKm
  }
  if (north < south) return false
  const alongParallel = toRadians(east - west) * Math.cos(toRadians(offEquator(south, north)))
  const km = EARTH_RADIUS_KM * (toRadians(north - south) + alongParallel)
  return Math.max(0, km - 2 * radius) + SLACK_KM >= params.min_distance_km
}
