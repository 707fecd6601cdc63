import { BlockList, isIPv4, isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** The address without brackets, zone or v4 mapping; `null` where it is none. */
export const plainAddress = (address: string): string | null => {
  const bare = address
    .trim()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
  const mapped = MAPPED.exec(bare)?.[1] ?? bare
  return isIPv4(mapped) || isIPv6(mapped) ? mapped : null
}

const expandIPv6 = (address: string): string[] => {
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail] = canonical.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : 8 - left.length - right.length
  return [...left, ...Array.from({ length: gap }, () => '0'), ...right]
}

/** One key per subscriber line: the IPv4 address itself, the /64 of an IPv6 one. */
export const networkKeyOf = (address: string): string | null => {
  const plain = plainAddress(address)
  if (plain === null) return null
  return isIPv4(plain) ? plain : `${expandIPv6(plain).slice(0, 4).join(':')}::/64`
}

const LAN = new BlockList()
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const)
  LAN.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
] as const)
  LAN.addSubnet(net, bits, 'ipv6')

/** Private, CGNAT, ULA, link-local or loopback. */
export const isLanAddress = (address: string): boolean => {
  const plain = plainAddress(address)
  return plain !== null && LAN.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6')
}
