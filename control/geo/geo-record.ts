import { coordinatesOf, haversineKm } from '#domain/geo'
import type { GeoPlace } from '#domain/types'
import type { NetworkKind } from './network-kind.ts'
import { assumedAccuracyKm } from './radii.ts'

/** Autonomous system of an address. */
export interface GeoNetwork {
  readonly asn: number
  readonly org: string | null
}

/** A place with every field unknown. */
export const unknownPlace: GeoPlace = {
  country: null,
  region: null,
  city: null,
  latitude: null,
  longitude: null,
  accuracyKm: null,
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null

/** The English name, else the first of any language. */
const nameOf = (value: unknown): string | null => {
  const names = fieldOf(value, 'names')
  if (typeof names !== 'object' || names === null) return null
  return textOf(fieldOf(names, 'en')) ?? textOf(Object.values(names)[0])
}

interface Raw extends Omit<GeoPlace, 'accuracyKm'> {
  readonly radiusKm: number | null
}

/** Reads MaxMind's layout: nested, with names by language and an accuracy radius. */
const readNested = (record: object): Raw => {
  const location = fieldOf(record, 'location')
  const subdivisions = fieldOf(record, 'subdivisions')
  const country = fieldOf(record, 'country') ?? fieldOf(record, 'registered_country')
  return {
    country: textOf(fieldOf(country, 'iso_code')),
    region: nameOf(Array.isArray(subdivisions) ? subdivisions[0] : null),
    city: nameOf(fieldOf(record, 'city')),
    latitude: numberOf(fieldOf(location, 'latitude')),
    longitude: numberOf(fieldOf(location, 'longitude')),
    radiusKm: numberOf(fieldOf(location, 'accuracy_radius')),
  }
}

/** Reads the flat layout of the DB-IP files. */
const readFlat = (record: object): Raw => ({
  country: textOf(fieldOf(record, 'country_code')),
  region: textOf(fieldOf(record, 'state1')),
  city: textOf(fieldOf(record, 'city')),
  latitude: numberOf(fieldOf(record, 'latitude')),
  longitude: numberOf(fieldOf(record, 'longitude')),
  radiusKm: null,
})

/** Asks for the kind of network of a record's address. */
export type KindOf = () => NetworkKind

/** The record's accuracy radius in km; without one that of its kind of network, for city or region. */
const accuracyOf = (raw: Raw, kindOf: KindOf): number | null =>
  raw.radiusKm !== null && raw.radiusKm > 0 ? raw.radiusKm : assumedAccuracyKm(raw, kindOf())

const areOtherCountries = (a: GeoPlace, b: GeoPlace): boolean =>
  a.country !== null && b.country !== null && a.country !== b.country

const radiusBetween = (place: GeoPlace, other: GeoPlace, isOther: boolean): GeoPlace => {
  const [here, there] = [coordinatesOf(place), coordinatesOf(other)]
  if (here !== null && there === null && isOther)
    return { ...place, latitude: null, longitude: null, accuracyKm: null }
  if (here === null || there === null) return place
  const apart = Math.round(haversineKm(here, there))
  return { ...place, accuracyKm: Math.max(here.accuracyKm, apart) }
}

/**
 * A place with the radius that another maker's file gives it: at least the distance between the two positions, and no position where
 * the other knows nothing but another country. A place the other does not know stays as it is.
 */
export const crossChecked = (place: GeoPlace, other: GeoPlace): GeoPlace => {
  const isOther = areOtherCountries(place, other)
  const checked = radiusBetween(place, other, isOther)
  return isOther ? { ...checked, isCountryDisputed: true } : checked
}

/** A record as a place; without coordinates where only the country is known, or where they are 0, 0. */
export const placeOf = (record: unknown, kindOf: KindOf = () => 'fixed'): GeoPlace => {
  if (typeof record !== 'object' || record === null) return unknownPlace
  const raw = fieldOf(record, 'country_code') === undefined ? readNested(record) : readFlat(record)
  const { latitude, longitude } = raw
  const accuracyKm = accuracyOf(raw, kindOf)
  const isPlaced =
    latitude !== null &&
    longitude !== null &&
    accuracyKm !== null &&
    (latitude !== 0 || longitude !== 0)
  return {
    country: raw.country?.toUpperCase() ?? null,
    region: raw.region,
    city: raw.city,
    latitude: isPlaced ? latitude : null,
    longitude: isPlaced ? longitude : null,
    accuracyKm: isPlaced ? accuracyKm : null,
  }
}

/** The record of an ASN file; `null` where it has no number. */
export const networkOf = (record: unknown): GeoNetwork | null => {
  const asn =
    numberOf(fieldOf(record, 'autonomous_system_number')) ?? numberOf(fieldOf(record, 'asn'))
  if (asn === null) return null
  const org =
    fieldOf(record, 'autonomous_system_organization') ?? fieldOf(record, 'as_organization')
  return { asn, org: textOf(org) }
}
