import {
  type Address,
  addressOfV4,
  addressOfWords,
  formatAddress,
  isMapped,
  parseAddress,
  parseOctet,
  parseV6Words,
  wordAt,
} from './address.ts'

export {
  type Address,
  addressOfBytes,
  addressOfV4,
  formatAddress,
  parseAddress,
} from './address.ts'

/** A block of addresses; the base has no bits set beyond the prefix. */
export interface Network {
  readonly base: Address
  readonly prefix: number
}

/** A network as an operator wrote it, parsed; `warnings` name probable mistakes, `networks` has several entries only for a range. */
export type ParsedNetwork =
  | {
      readonly ok: true
      readonly networks: readonly Network[]
      readonly warnings: readonly string[]
    }
  | { readonly ok: false; readonly reason: string }

/** Length of the IPv6 prefix that counts as one network; of IPv4 it is the whole address. */
export interface NetworkKeyOptions {
  readonly v6Prefix: number
}

const refuse = (reason: string): ParsedNetwork => ({ ok: false, reason })

/** Bits in an address of this family. */
export const bitsOf = (family: 4 | 6): 32 | 128 => (family === 4 ? 32 : 128)

/** The address with every bit beyond the prefix cleared. */
export const maskAddress = (address: Address, prefix: number): Address => ({
  family: address.family,
  words: address.words.map((word, index) => {
    const kept = Math.min(32, Math.max(0, prefix - index * 32))
    return kept === 0 ? 0 : (word & (-1 << (32 - kept))) >>> 0
  }),
})

const isEqual = (a: Address, b: Address): boolean =>
  a.family === b.family && a.words.every((word, index) => word === b.words[index])

/** Whether a network holds an address. */
export const contains = ({ base, prefix }: Network, address: Address): boolean => {
  if (base.family !== address.family) return false
  for (let at = 0; at * 32 < prefix; at += 1) {
    const differs = wordAt(base, at) ^ wordAt(address, at)
    const kept = prefix - at * 32
    if (kept >= 32 ? differs !== 0 : differs >>> (32 - kept) !== 0) return false
  }
  return true
}

/** Canonical CIDR text, the mask always written. */
export const formatNetwork = (network: Network): string =>
  `${formatAddress(network.base)}/${network.prefix}`

/** The network key of a parsed address: IPv4 text, or the IPv6 prefix in CIDR form. */
export const keyOfAddress = (address: Address, options: NetworkKeyOptions): string =>
  address.family === 4
    ? formatAddress(address)
    : formatNetwork({ base: maskAddress(address, options.v6Prefix), prefix: options.v6Prefix })

/** The network key that caps, bans and viewers without an account are counted by; `null` where the text is not an address. */
export const networkKey = (
  address: string,
  options: NetworkKeyOptions = { v6Prefix: 64 },
): string | null => {
  const parsed = parseAddress(address)
  return parsed && keyOfAddress(parsed, options)
}

const lanBlocks: readonly Network[] = [
  { base: addressOfV4(0x0a000000), prefix: 8 },
  { base: addressOfV4(0xac100000), prefix: 12 },
  { base: addressOfV4(0xc0a80000), prefix: 16 },
  { base: addressOfV4(0x64400000), prefix: 10 },
  { base: addressOfV4(0xa9fe0000), prefix: 16 },
  { base: addressOfV4(0x7f000000), prefix: 8 },
  { base: { family: 6, words: [0xfc000000, 0, 0, 0] }, prefix: 7 },
  { base: { family: 6, words: [0xfe800000, 0, 0, 0] }, prefix: 10 },
  { base: { family: 6, words: [0, 0, 0, 1] }, prefix: 128 },
]

/** Whether an address is private (RFC 1918), CGNAT (RFC 6598), ULA (RFC 4193), link-local or loopback: what detection calls `lan`. */
export const isLan = (address: Address): boolean =>
  lanBlocks.some((block) => contains(block, address))

/** Whether all of a network is what `isLan` holds of an address. */
export const isLanNetwork = ({ base, prefix }: Network): boolean =>
  lanBlocks.some((block) => block.prefix <= prefix && contains(block, base))

const toBigInt = (address: Address): bigint =>
  address.words.reduce((sum, word) => (sum << 32n) + BigInt(word), 0n)

const fromBigInt = (value: bigint, family: 4 | 6): Address => ({
  family,
  words: (family === 4 ? [0n] : [96n, 64n, 32n, 0n]).map((shift) =>
    Number((value >> shift) & 0xffffffffn),
  ),
})

/** The smallest list of networks that covers exactly `first` to `last`, ascending; both must be of one family and in order. */
export const networksOfRange = (first: Address, last: Address): Network[] => {
  const bits = bitsOf(first.family)
  const end = toBigInt(last)
  const networks: Network[] = []
  for (let at = toBigInt(first); at <= end; ) {
    let size = 0
    while (size < bits && (at & (1n << BigInt(size))) === 0n) size += 1
    while (at + (1n << BigInt(size)) - 1n > end) size -= 1
    networks.push({ base: fromBigInt(at, first.family), prefix: bits - size })
    at += 1n << BigInt(size)
  }
  return networks
}

const parseRange = (from: string, to: string): ParsedNetwork => {
  const first = parseAddress(from)
  const last = parseAddress(to)
  if (!first || !last) return refuse('a range needs two full addresses, as 10.0.0.1-10.0.0.9')
  if (first.family !== last.family) return refuse('a range cannot mix IPv4 and IPv6')
  if (toBigInt(first) > toBigInt(last)) return refuse('the range ends before it starts')
  return { ok: true, networks: networksOfRange(first, last), warnings: [] }
}

/** The address before the slash of a CIDR, short IPv4 forms filled with zeros on the right; `octets` counts those written. */
const parseBase = (text: string): { words: number[]; octets: number } | null => {
  if (text.includes(':')) {
    const words = parseV6Words(text)
    return words && { words, octets: 16 }
  }
  const parts = text.split('.').map(parseOctet)
  if (parts.length > 4 || parts.includes(null)) return null
  const value = [0, 1, 2, 3].reduce((sum, index) => sum * 256 + (parts[index] ?? 0), 0)
  return { words: [value], octets: parts.length }
}

const parseCidr = (left: string, mask: string): ParsedNetwork => {
  const base = parseBase(left)
  if (!base) return refuse('not an address before the slash (no leading zeros, no trailing dot)')
  const bits = base.words.length * 32
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(mask) || Number(mask) > bits)
    return refuse(`the mask must be a number of bits from 0 to ${bits}`)
  const written = Number(mask)
  const isV4InV6 = isMapped(base.words) && written >= 96
  const address = isV4InV6
    ? addressOfWords(base.words)
    : { family: bits === 32 ? (4 as const) : (6 as const), words: base.words }
  const prefix = isV4InV6 ? written - 96 : written
  const network = { base: maskAddress(address, prefix), prefix }
  const warnings: string[] = []
  if (base.octets < 4 && written > base.octets * 8)
    warnings.push(
      `${left}/${mask} means ${formatNetwork(network)}; did you mean /${base.octets * 8}?`,
    )
  if (!isEqual(network.base, address))
    warnings.push(`${left}/${mask} has bits set beyond its mask; read as ${formatNetwork(network)}`)
  return { ok: true, networks: [network], warnings }
}

/** Parses a network from configuration: CIDR, Flussonic's short form (`10.10/16`), one address, or a range `a-b`. */
export const parseNetwork = (text: string): ParsedNetwork => {
  const trimmed = text.trim()
  const range = trimmed.split(/\s*-\s*/)
  if (range.length === 2) return parseRange(range[0] ?? '', range[1] ?? '')
  const slash = trimmed.indexOf('/')
  if (slash >= 0) return parseCidr(trimmed.slice(0, slash), trimmed.slice(slash + 1))
  const address = parseAddress(trimmed)
  if (!address) return refuse('not an address, a CIDR such as 10.0.0.0/8, or a range')
  return {
    ok: true,
    networks: [{ base: address, prefix: bitsOf(address.family) }],
    warnings: [],
  }
}

/** A network key as 32 bits, for a lease: the IPv4 address, or a hash of the IPv6 prefix. */
export const networkNumber = (address: Address, v6Prefix = 64): number => {
  if (address.family === 4) return wordAt(address, 0)
  const base = maskAddress(address, Math.min(64, v6Prefix))
  const mixed = Math.imul(wordAt(base, 0) ^ (wordAt(base, 0) >>> 15), 0x85ebca6b) ^ wordAt(base, 1)
  const spread = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (spread ^ (spread >>> 16)) >>> 0
}
