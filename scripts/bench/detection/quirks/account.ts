import type { GeoPlace, PlayRecord } from '#domain/types'
import { type DeviceClass, deviceClass } from '../../../../control/detect/device-class.ts'
import { isLoopback } from '../../../../control/detect/guards.ts'
import { endOf } from '../../../../control/detect/normalise.ts'
import { type Random, randomOf } from './random.ts'

/** A place with the network of an address there. */
export interface Site extends GeoPlace {
  readonly asn: number | null
  readonly asnOrg: string | null
}

/** An account as a quirk sees it. */
export interface QuirkAccount {
  /** Oldest first. */
  readonly plays: readonly PlayRecord[]
  readonly random: Random
  /** Unix ms. */
  readonly now: number
  /** Places and networks of the whole population, by country. */
  readonly sites: ReadonlyMap<string, readonly Site[]>
  /** Name of the place where a device watches most; `null` where nothing says. */
  readonly homeOf: (device: string | null) => string | null
  /** The home with most watching, by a television where there is one. */
  readonly main: string | null
  readonly kindOf: (device: string | null) => DeviceClass
}

/** Name of a play's place: the LAN, or network and city; `null` where a relay hides it. */
export const siteNameOf = (play: PlayRecord): string | null => {
  if (play.isLan) return 'lan'
  if (play.network === null || isLoopback(play)) return null
  return `${play.asn ?? play.asnOrg ?? ''} ${play.city ?? play.region ?? play.country ?? ''}`
}

export const siteOf = (play: PlayRecord): Site => {
  const { country, region, city, latitude, longitude, accuracyKm, asn, asnOrg } = play
  return { country, region, city, latitude, longitude, accuracyKm, asn, asnOrg }
}

const largest = (sums: ReadonlyMap<string, number>): string | null =>
  [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? null

const watched = (plays: readonly PlayRecord[]): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const play of plays) {
    const name = siteNameOf(play)
    if (name !== null) sums.set(name, (sums.get(name) ?? 0) + endOf(play) - play.startedAt + 1)
  }
  return sums
}

/** Reads an account's homes from its plays; `name` determines its random numbers. */
export const quirkAccount = (
  plays: readonly PlayRecord[],
  name: string,
  { now, sites }: Pick<QuirkAccount, 'now' | 'sites'>,
): QuirkAccount => {
  const sorted = [...plays].sort((a, b) => a.startedAt - b.startedAt)
  const lists = new Map<string | null, PlayRecord[]>()
  for (const play of sorted) lists.set(play.device, [...(lists.get(play.device) ?? []), play])
  const homes = new Map([...lists].map(([device, list]) => [device, largest(watched(list))]))
  const kinds = new Map(
    [...lists].map(([device, [first]]) => [device, first ? deviceClass(first) : 'unknown']),
  )
  const ofSets = sorted.filter((play) => kinds.get(play.device) === 'television')
  return {
    plays: sorted,
    random: randomOf(name),
    now,
    sites,
    homeOf: (device) => homes.get(device) ?? null,
    main: largest(watched(ofSets)) ?? largest(watched(sorted)),
    kindOf: (device) => kinds.get(device) ?? 'unknown',
  }
}
