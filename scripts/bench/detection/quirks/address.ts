import type { PlayRecord } from '#domain/types'
import { unknownPlace } from '../../../../control/geo/geo-record.ts'
import type { Site } from './account.ts'
import { between, type Random } from './random.ts'

const hex = (random: Random): string => between(random, 1, 0xff_ff).toString(16)

/** A delegated /56 of a provider: its first 48 bits and the upper 8 of the next 16. */
export interface Delegation {
  readonly head: string
  readonly subnets: number
}

export const delegationOf = (random: Random, asn: number | null): Delegation => ({
  head: `2a0${(asn ?? 1) % 16}:${(((asn ?? 1) % 0xff_fe) + 1).toString(16)}:${hex(random)}`,
  subnets: between(random, 0, 0xff) << 8,
})

/** A play moved to an IPv6 address of one of a delegation's /64s. */
export const atSixth = (
  play: PlayRecord,
  { head, subnets }: Delegation,
  [subnet, host]: readonly [number, string],
): PlayRecord => {
  const prefix = `${head}:${(subnets + subnet).toString(16)}`
  return { ...play, address: `${prefix}:${host}:1:2:3`, network: `${prefix}::/64`, isLan: false }
}

/** A play moved to an IPv4 address at a site. */
export const atFourth = (play: PlayRecord, site: Site, address: string): PlayRecord => ({
  ...play,
  ...site,
  address,
  network: address,
  isLan: false,
})

const NOWHERE: Site = { ...unknownPlace, asn: null, asnOrg: null }

/** A play by an address that says nothing of a place: on the LAN, or of the server itself. */
export const atPrivate = (play: PlayRecord, address: string, isLan: boolean): PlayRecord => ({
  ...play,
  ...NOWHERE,
  address,
  network: address,
  isLan,
})

/** Three bytes of an IPv4 pool that no play of a population has: it lies in 240.0.0.0/4, which is not assigned. */
export const poolOf = (random: Random): string =>
  `${between(random, 240, 250)}.${between(random, 0, 255)}.${between(random, 0, 255)}`
