import type { GeoPlace, PlayRecord } from '#domain/types'
import { type DeviceClass, deviceClass } from '../../../../control/detect/device-class.ts'
import { isLoopback } from '../../../../control/detect/guards.ts'
import { endOf } from '../../../../control/detect/normalise.ts'
import { tellHomes } from './homes.ts'
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
  /** Name of a device's home; `null` where nothing says. */
  readonly homeOf: (device: string | null) => string | null
  /** Name of the home or other place of a play; `null` where a relay hides it. */
  readonly placeOf: (play: PlayRecord) => string | null
  /** The home with most watching, by a television where there is one. */
  readonly main: string | null
  readonly kindOf: (device: string | null) => DeviceClass
}

/** Name of a play's network and city, or the LAN; `null` where a relay hides it. */
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

/** Milliseconds watched, by place. */
const watched = (
  plays: readonly PlayRecord[],
  placeOf: QuirkAccount['placeOf'],
): Map<string, number> => {
  const sums = new Map<string, number>()
  for (const play of plays) {
    const name = placeOf(play)
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
  const kinds = new Map(
    sorted.toReversed().map((play) => [play.device, deviceClass(play)] as const),
  )
  const kindOf = (device: string | null): DeviceClass => kinds.get(device) ?? 'unknown'
  const { ofDevice, ofPlay } = tellHomes(sorted, kindOf)
  const placeOf = (play: PlayRecord): string | null => ofPlay.get(play) ?? null
  const ofSets = sorted.filter((play) => kindOf(play.device) === 'television')
  return {
    plays: sorted,
    random: randomOf(name),
    now,
    sites,
    homeOf: (device) => ofDevice.get(device) ?? null,
    placeOf,
    main: largest(watched(ofSets, placeOf)) ?? largest(watched(sorted, placeOf)),
    kindOf,
  }
}
