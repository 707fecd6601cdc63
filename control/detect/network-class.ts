import { memoize } from '#domain/memoize'
import { isLan, parseAddress } from '#domain/networks/network'
import type { PlayRecord } from '#domain/types'
import { isHostingName } from '../geo/network-kind.ts'

/** Whether the network belongs to a hosting or VPN provider; `false` also where no ASN is known. */
export const isHosting = ({ asnOrg }: Pick<PlayRecord, 'asnOrg'>): boolean =>
  asnOrg !== null && isHostingName(asnOrg)

/** Whether a text is an address and not one of a local network (`isLan`). */
export const isPublicText = memoize((text: string): boolean => {
  const address = parseAddress(text)
  return address !== null && !isLan(address)
})

/** Whether a network key, connection or pool is IPv6. */
export const isSixth = (network: string): boolean => network.includes(':')

// Hurricane Electric, whose tunnels bring IPv6 to lines that have none.
const TUNNEL_AS = 6939

/** Whether a play came by IPv6 through a tunnel, 6to4 or Teredo (RFC 3056, RFC 4380): its network is not its line's, nor is its place. */
export const isTunnelled = ({ network, asn }: Pick<PlayRecord, 'network' | 'asn'>): boolean =>
  network !== null && isSixth(network) && (asn === TUNNEL_AS || /^(2002|2001:0*):/.test(network))

const groupsOf = (network: string): string[] => {
  const address = network.split('/')[0] ?? network
  const [head = ''] = address.split('::')
  const groups = head.split(':').filter((g) => g !== '')
  return [...groups, '0', '0', '0', '0'].map((g) => g.replace(/^0+(?=.)/, '').toLowerCase())
}

/**
 * The internet connection a network belongs to: the IPv4 address, or the /56 that providers delegate to one
 * customer, whose /64s are the networks of one house (RIPE-690); `null` for unknown networks.
 */
export const connectionOf = (network: string | null): string | null => {
  if (network === null || network === '') return null
  return isSixth(network) ? delegationOf(network) : network
}

const delegationOf = memoize((network: string): string => {
  const [a, b, c, d = '0'] = groupsOf(network)
  return `${a}:${b}:${c}:${(Number.parseInt(d, 16) >> 8).toString(16)}xx`
})

/**
 * The provider's address pool a network belongs to: the IPv4 /24 or IPv6 /48 as text; `null` for unknown
 * networks.
 */
export const addressPoolOf = (network: string | null): string | null => {
  if (network === null || network === '') return null
  return isSixth(network) ? sixthPoolOf(network) : fourthPoolOf(network)
}

const sixthPoolOf = memoize((network: string): string => groupsOf(network).slice(0, 3).join(':'))

/** Computed anew each time: to remember more addresses than a cache holds takes longer. */
const fourthPoolOf = (network: string): string => {
  const slash = network.indexOf('/')
  const address = slash < 0 ? network : network.slice(0, slash)
  let dot = -1
  for (let group = 0; group < 3; group += 1) {
    dot = address.indexOf('.', dot + 1)
    if (dot < 0) return address
  }
  return address.slice(0, dot)
}
