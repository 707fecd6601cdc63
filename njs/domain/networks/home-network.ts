import {
  bitsOf,
  formatAddress,
  formatNetwork,
  isLanNetwork,
  type Network,
  parseNetwork,
} from './network.ts'

const networksOf = (text: string): readonly Network[] => {
  const read = parseNetwork(text)
  return read.ok ? read.networks : []
}

// Wider than what one provider holds: such a network would clear whoever plays from anywhere.
const WIDEST = { 4: 8, 6: 16 } as const

/** Whether a network, or one of a range's, is too wide to be a home; the LAN's own blocks never are. */
export const isTooWide = (text: string): boolean =>
  networksOf(text).some(
    (network) => network.prefix < WIDEST[network.base.family] && !isLanNetwork(network),
  )

const formatEither = (network: Network): string =>
  network.prefix === bitsOf(network.base.family)
    ? formatAddress(network.base)
    : formatNetwork(network)

/** The one spelling of a network: an address, a CIDR, or the two ends of a range that is no CIDR. What is no network stays as it is. */
export const canonicalHome = (text: string): string => {
  const trimmed = text.trim()
  const [only, another] = networksOf(trimmed)
  if (only === undefined) return trimmed
  if (another === undefined) return formatEither(only)
  return trimmed
    .split('-')
    .map((end) => canonicalHome(end))
    .join('-')
}
