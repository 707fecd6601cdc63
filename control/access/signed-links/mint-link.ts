import { randomBytes } from 'node:crypto'
import { formatAddress, parseAddress } from '#domain/networks/network'
import { isLinkUser, mintFlussonicToken, nginxLinkHash, type SecureLink } from './secure-link.ts'

/** Claims of the link to make. */
export interface LinkClaims {
  readonly channel: string
  /** Path of the link; nginx's hash covers it. */
  readonly uri: string
  /** `null`: from anywhere. */
  readonly address: string | null
  readonly userId: string | null
  readonly nowSec: number
  readonly ttlSec: number
}

export interface MintedLink {
  /** Query to put behind the path. */
  readonly query: string
  /** Unix seconds. */
  readonly expires: number
}

/** The link, or a sentence why it cannot be signed. */
export type MintResult =
  | { readonly ok: true; readonly link: MintedLink }
  | { readonly ok: false; readonly why: string }

/** How much earlier than now a link begins, for players and servers whose clocks lag. */
const LEAD_SEC = 300

/** Times in a link have ten digits. */
const LATEST_SEC = 9_999_999_999

const addressOf = ({ checkIp }: SecureLink, { address }: LinkClaims): string | null => {
  const parsed = checkIp && address !== null ? parseAddress(address) : null
  return parsed && formatAddress(parsed)
}

/** Why a link of this key would open nothing; `null` where it would. */
const obstacle = (link: SecureLink, order: LinkClaims): string | null => {
  const { channel, address, userId, nowSec, ttlSec } = order
  if (address !== null && parseAddress(address) === null) return `'${address}' is not an address`
  if (link.checkIp && address === null) return `links of ${link.name} hold for one address: name it`
  if (!new RegExp(link.match, 'u').test(channel))
    return `links of ${link.name} hold for channels like ${link.match}, not for ${channel}`
  if (nowSec + ttlSec > LATEST_SEC) return 'the time is too long'
  if (userId !== null && link.format === 'nginx') return 'links of nginx name no user'
  if (userId !== null && !isLinkUser(userId))
    return 'a user has at most 256 bytes and no control characters'
  return null
}

/** Signs a link with one key, in the format of the server it replaces. */
export const mintLink = (link: SecureLink, order: LinkClaims): MintResult => {
  const why = obstacle(link, order)
  if (why !== null) return { ok: false, why }
  const address = addressOf(link, order)
  const expires = order.nowSec + order.ttlSec
  if (link.format === 'nginx') {
    const { channel, uri } = order
    const values = { expires: String(expires), uri, address: address ?? '', channel, key: link.key }
    const query = `md5=${nginxLinkHash(link.expression, values)}&expires=${expires}`
    return { ok: true, link: { query, expires } }
  }
  const token = mintFlussonicToken(link.key, {
    channel: order.channel,
    address,
    start: order.nowSec - LEAD_SEC,
    end: expires,
    salt: randomBytes(16).toString('hex'),
    userId: order.userId,
  })
  return { ok: true, link: { query: `token=${encodeURIComponent(token)}`, expires } }
}
