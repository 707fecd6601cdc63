import type { Coordinates, GeoPlace } from './types.ts'

/** Mean radius of the Earth in km. */
export const EARTH_RADIUS_KM = 6371

type Point = Pick<Coordinates, 'latitude' | 'longitude'>

const toRadians = (degrees: number): number => (degrees * Math.PI) / 180

/** Great-circle distance between two points in km. */
export const haversineKm = (a: Point, b: Point): number => {
  const dLat = toRadians(b.latitude - a.latitude)
  const dLon = toRadians(b.longitude - a.longitude)
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(toRadians(a.latitude)) * Math.cos(toRadians(b.latitude)) * Math.sin(dLon / 2) ** 2
  // Near the antipode rounding may make h slightly less than 0 or more than 1.
  const safe = Math.min(1, Math.max(0, h))
  return 2 * EARTH_RADIUS_KM * Math.atan2(Math.sqrt(safe), Math.sqrt(1 - safe))
}

/** The least possible distance in km between two places: great-circle distance minus both accuracy radii, at least zero. */
export const leastDistanceKm = (a: Coordinates, b: Coordinates): number =>
  Math.max(0, haversineKm(a, b) - a.accuracyKm - b.accuracyKm)

/** Speed in km/h; zero where the distance is zero, infinite where only the time is. */
export const speedKmh = (distanceKm: number, elapsedMs: number): number => {
  if (distanceKm <= 0) return 0
  return elapsedMs > 0 ? (distanceKm * 3_600_000) / elapsedMs : Number.POSITIVE_INFINITY
}

const isWithin = (value: number | null, limit: number): value is number =>
  value !== null && Number.isFinite(value) && Math.abs(value) <= limit

/** Whether the coordinates of a place are known and in range. */
export const hasCoordinates = (
  place: Pick<GeoPlace, 'latitude' | 'longitude' | 'accuracyKm'>,
): boolean =>
  isWithin(place.latitude, 90) && isWithin(place.longitude, 180) && place.accuracyKm !== null

/** The coordinates of a place; `null` where one is unknown or out of range. Zero is a valid coordinate. */
export const coordinatesOf = (
  place: Pick<GeoPlace, 'latitude' | 'longitude' | 'accuracyKm'>,
): Coordinates | null => {
  const { latitude, longitude, accuracyKm } = place
  if (!isWithin(latitude, 90) || !isWithin(longitude, 180) || accuracyKm === null) return null
  return { latitude, longitude, accuracyKm }
}

/** The country somebody watched in; unknown where two makers name different ones. */
export const countryWatchedIn = ({
  country,
  isCountryDisputed,
}: Pick<GeoPlace, 'country' | 'isCountryDisputed'>): string | null =>
  isCountryDisputed === true ? null : country
