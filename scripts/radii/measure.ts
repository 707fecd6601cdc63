import { coordinatesOf, haversineKm } from '#domain/geo'
import type { GeoPlace } from '#domain/types'
import type { GeoNetwork } from '../../control/geo/geo-record.ts'
import { type NetworkKind, networkKind } from '../../control/geo/network-kind.ts'
import { neighbourOf } from './addresses.ts'

/** Looks up addresses; `null` or an unknown place where a table has none. */
export interface RadiusTables {
  readonly network: (address: string) => GeoNetwork | null
  readonly place: (address: string) => GeoPlace
  /** The city file of another maker; left out where there is none. */
  readonly other?: ((address: string) => GeoPlace) | undefined
}

/** What is measured: both tables' positions of one address, or one table's of two addresses of one provider. */
export type Comparison = 'city in both tables' | 'region in one table' | `one /${number}`

/** Kilometres between two positions: half, three quarters and nine tenths are not farther apart. */
export interface RadiusRow {
  readonly comparison: Comparison
  readonly kind: NetworkKind
  readonly count: number
  readonly median: number
  readonly threeQuarters: number
  readonly nineTenths: number
}

type Distances = Map<Comparison, Map<NetworkKind, number[]>>

const add = (all: Distances, comparison: Comparison, kind: NetworkKind, km: number): void => {
  const kinds = all.get(comparison) ?? new Map<NetworkKind, number[]>()
  all.set(comparison, kinds.set(kind, [...(kinds.get(kind) ?? []), km]))
}

const between = (a: GeoPlace, b: GeoPlace): number | null => {
  const [from, to] = [coordinatesOf(a), coordinatesOf(b)]
  return from === null || to === null ? null : haversineKm(from, to)
}

/** What the other table's answer is compared as; `null` where both know a country alone. */
const comparisonOf = (place: GeoPlace, other: GeoPlace): Comparison | null => {
  if (place.city !== null && other.city !== null) return 'city in both tables'
  const isRegion = (one: GeoPlace): boolean => one.city === null && one.region !== null
  return isRegion(place) || isRegion(other) ? 'region in one table' : null
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** Lengths of prefixes within which neighbours are looked for: a pool and a block of a provider. */
const NEIGHBOURS = { 4: [24, 16], 6: [48, 32] } as const

/** A distance that an address shows, and of what. */
type Found = readonly [Comparison, number]

const byOtherTable = (here: GeoPlace, there: GeoPlace): Found[] => {
  const [comparison, km] = [comparisonOf(here, there), between(here, there)]
  return comparison === null || km === null ? [] : [[comparison, km]]
}

/** Distances to neighbours of the same provider, where both have a city. */
const byNeighbours = (
  address: string,
  owner: GeoNetwork,
  { network, place }: RadiusTables,
  random: () => number,
): Found[] =>
  NEIGHBOURS[address.includes(':') ? 6 : 4].flatMap((bits): Found[] => {
    const next = neighbourOf(address, bits, random)
    if (network(next)?.asn !== owner.asn) return []
    const [here, beside] = [place(address), place(next)]
    const km = here.city === null || beside.city === null ? null : between(here, beside)
    return km === null ? [] : [[`one /${bits}`, km]]
  })

const rowOf = (comparison: Comparison, kind: NetworkKind, kilometres: number[]): RadiusRow => {
  const sorted = kilometres.sort((a, b) => a - b)
  return {
    comparison,
    kind,
    count: sorted.length,
    median: quantile(sorted, 0.5),
    threeQuarters: quantile(sorted, 0.75),
    nineTenths: quantile(sorted, 0.9),
  }
}

/** Measures addresses of one IP version; `random` gives numbers from 0 to below 1. Kinds and comparisons that no address showed are left out. */
export const measureRadii = (
  addresses: Iterable<string>,
  tables: RadiusTables,
  random: () => number,
): RadiusRow[] => {
  const all: Distances = new Map()
  for (const address of addresses) {
    const owner = tables.network(address)
    if (owner === null) continue
    const there = tables.other?.(address)
    const found = [
      ...(there === undefined ? [] : byOtherTable(tables.place(address), there)),
      ...byNeighbours(address, owner, tables, random),
    ]
    for (const [comparison, km] of found)
      add(all, comparison, networkKind(owner.org, owner.asn), km)
  }
  return [...all].flatMap(([comparison, kinds]) =>
    [...kinds].map(([kind, kilometres]) => rowOf(comparison, kind, kilometres)),
  )
}
