import { copyPlay } from '#domain/copy-play'
import type { PlayRecord } from '#domain/types'
import { isLoopback } from '../guards.ts'
import { addressPoolOf } from '../network-class.ts'

/** A player's model: platform, product and client, without its id. */
export const modelOf = (play: PlayRecord): string =>
  `${play.platform ?? ''}/${play.client ?? ''}/${play.player ?? ''}`

/** A play as one of a device. */
export const onDevice = (play: PlayRecord, device: string): PlayRecord => {
  const copy = copyPlay(play)
  copy.device = device
  return copy
}

/** Address pool of a play, or its source's LAN; `null` where a relay hides it. */
export const placeOf = (play: PlayRecord): string | null => {
  if (isLoopback(play)) return null
  return play.isLan ? `lan ${play.source}` : addressPoolOf(play.network)
}

const textsOfProviders = new Map<number | string, Map<string | null, string>>()

// Providers remembered at once.
const PROVIDERS_AT_MOST = 20_000

/** Provider and country: where a set stays although its address changes. */
export const providerOf = ({ isLan, asn, asnOrg, country }: PlayRecord): string | null => {
  const provider = asn ?? asnOrg
  if (isLan || provider === null) return null
  let texts = textsOfProviders.get(provider)
  if (texts === undefined) {
    if (textsOfProviders.size >= PROVIDERS_AT_MOST) textsOfProviders.clear()
    textsOfProviders.set(provider, (texts = new Map()))
  }
  let text = texts.get(country)
  if (text === undefined) texts.set(country, (text = `as ${provider} ${country ?? ''}`))
  return text
}
