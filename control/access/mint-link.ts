import { randomBytes } from 'node:crypto'
import { formatAddress, parseAddress } from '#domain/network'
import { mintFlussonicToken, nginxLinkHash, type SecureLink } from './secure-link.ts'

/** What a link is to be good for. */
export interface LinkOrder {
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

/** Or why it cannot be made, in words. */
export type MintAnswer =
  | { readonly ok: true; readonly link: MintedLink }
  | { readonly ok: false; readonly why: string }

/** How much earlier than now a link begins, for players and servers whose clocks lag. */
const LEAD_SEC = 300

const addressOf = (link: SecureLink, order: LinkOrder): string | null | undefined => {
  if (!link.checkIp) return null
  const address = order.address === null ? null : parseAddress(order.address)
  return address === null ? undefined : formatAddress(address)
}

/** Makes a link by one key, as the server it comes from would. */
export const mintLink = (link: SecureLink, order: LinkOrder): MintAnswer => {
  const address = addressOf(link, order)
  if (address === undefined)
    return { ok: false, why: `links of ${link.name} hold for one address: name it` }
  const expires = order.nowSec + order.ttlSec
  if (link.format === 'nginx') {
    if (order.userId !== null) return { ok: false, why: 'links of nginx name no user' }
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
