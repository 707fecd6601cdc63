import { nginxCrypto } from './crypto.ts'
import { cloneKey, inferredKey, leaseKey } from './domain/lease.ts'
import { networkNumber } from './domain/network.ts'
import {
  addressBytes,
  networkPrefix,
  networkText,
  type Request,
  type Variables,
  viewerAddress,
} from './request.ts'

/** Who asks, below which session address. */
export interface Asked {
  /** The pass, or the ticket of a player that cannot follow a 302. */
  readonly secret: string
  readonly isInferred: boolean
  readonly channel: string
  readonly rest: string
  readonly key: string
  /** 32 bits that stand for the viewer's network key. */
  readonly network: number
}

const V4_BYTES = 4

/** 32 bits that stand for the viewer's network key. */
export const networkOf = (r: Request): number => {
  const bytes = addressBytes(r)
  // The common case, without building an object: four bytes are the number.
  if (bytes.length === V4_BYTES)
    return (
      (((bytes[0] ?? 0) << 24) |
        ((bytes[1] ?? 0) << 16) |
        ((bytes[2] ?? 0) << 8) |
        (bytes[3] ?? 0)) >>>
      0
    )
  const address = viewerAddress(r)
  return address === null ? 0 : networkNumber(address, networkPrefix(r))
}

/** Reads what the location's captures (or the inner hop's headers) say. */
export const readAsked = (r: Request, variables: Variables): Asked => {
  const channel = variables['gh_channel'] ?? ''
  const rest = variables['gh_rest'] ?? ''
  const network = networkOf(r)
  const pass = variables['gh_pass'] ?? ''
  if (pass !== '') {
    const key = leaseKey(nginxCrypto, pass, channel)
    return { secret: pass, isInferred: false, channel, rest, key, network }
  }
  const ticket = variables['gh_ticket'] ?? ''
  const key = inferredKey(nginxCrypto, ticket, channel, networkText(r))
  return { secret: ticket, isInferred: true, channel, rest, key, network }
}

/** Key of the same pass used from the viewer's own network beside its first one. */
export const cloneKeyOf = (r: Request, asked: Asked): string =>
  cloneKey(nginxCrypto, asked.secret, asked.channel, networkText(r))
