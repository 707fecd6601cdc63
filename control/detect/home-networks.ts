import { isTooWide } from '#domain/networks/home-network'
import { contains, type Network, parseAddress, parseNetwork } from '#domain/networks/network'
import type { PlayRecord } from '#domain/types'
import { say } from '../sentences/sentences.ts'

/** Parsed networks, and the texts that are not networks. */
export interface ReadNetworks {
  readonly networks: readonly Network[]
  /** "'10.0/99': not an address, …", one for each text that is not a network. */
  readonly problems: readonly string[]
}

/** Parses addresses, CIDRs and ranges. */
export const readNetworks = (texts: readonly string[]): ReadNetworks => {
  const networks: Network[] = []
  const problems: string[] = []
  for (const text of texts) {
    const read = parseNetwork(text)
    if (read.ok) networks.push(...read.networks)
    else problems.push(`'${text}': ${read.reason}`)
  }
  return { networks, problems }
}

/** What is wrong with texts that are to name homes: what is no network, and what is too wide. */
export const homeProblems = (texts: readonly string[]): string[] => [
  ...readNetworks(texts).problems,
  ...texts.filter(isTooWide).map((name) => say('value.wide_home', { name })),
]

/** A test whether a play came from one of the networks; texts that are not networks match nothing. */
export const isFromNetworks = (texts: readonly string[]): ((play: PlayRecord) => boolean) => {
  const { networks } = readNetworks(texts)
  if (networks.length === 0) return () => false
  const known = new Map<string, boolean>()
  return ({ address, network }) => {
    const text = address ?? network?.split('/')[0] ?? null
    if (text === null) return false
    const before = known.get(text)
    if (before !== undefined) return before
    const parsed = parseAddress(text)
    const isHome = parsed !== null && networks.some((one) => contains(one, parsed))
    known.set(text, isHome)
    return isHome
  }
}
