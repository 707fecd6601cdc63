import type { PlayRecord } from '#domain/types'
import { isLoopback } from '../guards.ts'
import { addressPoolOf } from '../network-class.ts'

/** A player's model: platform, product and client, without its id. */
export const modelOf = (play: PlayRecord): string =>
  `${play.platform ?? ''}/${play.client ?? ''}/${play.player ?? ''}`

/** Address pool of a play, or its source's LAN; `null` where a relay hides it. */
export const placeOf = (play: PlayRecord): string | null => {
  if (isLoopback(play)) return null
  return play.isLan ? `lan ${play.source}` : addressPoolOf(play.network)
}

/** Provider and country: where a set stays although its address changes. */
export const providerOf = (play: PlayRecord): string | null => {
  if (play.isLan || (play.asn === null && play.asnOrg === null)) return null
  return `as ${play.asn ?? play.asnOrg} ${play.country ?? ''}`
}
