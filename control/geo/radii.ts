import type { GeoPlace } from '#domain/types'
import { type NetworkKind, networkKind } from './network-kind.ts'

/**
 * Radii in km where a city is known, by kind of network: half of the addresses lie within 21 km (fixed), 92 km (mobile) and
 * 1 km (data centre) by another maker's file, of IPv6 within 8, 76 and 2 km (`npm run radii`).
 */
export const CITY_ACCURACY_KM: Readonly<Record<NetworkKind, number>> = {
  fixed: 25,
  mobile: 95,
  'data centre': 5,
}

/** The same where a region alone is known: half within 292 km (fixed), 177 km (mobile) and 191 km (data centre). */
export const REGION_ACCURACY_KM: Readonly<Record<NetworkKind, number>> = {
  fixed: 300,
  mobile: 180,
  'data centre': 200,
}

/** Accuracy radius in km of a place whose table tells none, over a kind of network; `null` where only the country is known. */
export const assumedAccuracyKm = (
  { city, region }: Pick<GeoPlace, 'city' | 'region'>,
  kind: NetworkKind = 'fixed',
): number | null => {
  if (city) return CITY_ACCURACY_KM[kind]
  return region ? REGION_ACCURACY_KM[kind] : null
}

type Radius = Pick<GeoPlace, 'city' | 'region' | 'accuracyKm'>

/** Accuracy radius in km of a place by its network's kind, told by the owner's name; one that its table told stays. */
export const radiusOf = (place: Radius, owner: string | null): number | null =>
  place.accuracyKm === null || place.accuracyKm !== assumedAccuracyKm(place)
    ? place.accuracyKm
    : assumedAccuracyKm(place, networkKind(owner))

/** A place with the radius of its network's kind, see `radiusOf`. */
export const withRadius = <P extends Radius>(place: P, owner: string | null): P => {
  const accuracyKm = radiusOf(place, owner)
  return accuracyKm === place.accuracyKm ? place : { ...place, accuracyKm }
}
