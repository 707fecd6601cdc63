import {
  type Address,
  formatAddress,
  isLan,
  keyOfAddress,
  parseAddress,
} from '#domain/networks/network'
import type { PlayRecord } from '#domain/types'

/** Address, network and LAN flag of a play. */
export type ViewerAddress = Pick<PlayRecord, 'address' | 'network' | 'isLan'>

const NETWORK_KEY = { v6Prefix: 64 }

const BRACKETED = /^\[([^\]]+)\](?::\d+)?$/
const WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/

/** The host of what a server calls a remote end: an address with or without port, brackets or zone, or the URL of a DLNA description. */
const hostOf = (text: string): string => {
  const trimmed = text.trim()
  if (trimmed.includes('://')) {
    const inside = URL.canParse(trimmed) ? new URL(trimmed).hostname : ''
    return inside.replace(/^\[|\]$/g, '')
  }
  const [, address] = BRACKETED.exec(trimmed) ?? WITH_PORT.exec(trimmed) ?? []
  return (address ?? trimmed).replace(/%.*$/, '')
}

/** Texts remembered at once: the same players are seen at every look. */
const MOST_KNOWN = 4096
const parsed = new Map<string, Address | null>()

const addressOf = (text: string): Address | null => {
  const before = parsed.get(text)
  if (before !== undefined) return before
  const host = hostOf(text)
  const address = host === '' ? null : parseAddress(host)
  if (parsed.size >= MOST_KNOWN) parsed.clear()
  parsed.set(text, address)
  return address
}

/** Reads a remote end (`203.0.113.7:51234`, `::ffff:10.0.0.1`, `http://192.168.5.166:60006/upnp/desc.xml`); `null` where there is no address in it. */
export const remoteAddress = (text: unknown): Address | null =>
  typeof text === 'string' ? addressOf(text) : null

interface Facts {
  readonly text: string
  readonly network: string
  readonly isLan: boolean
  readonly isLoopback: boolean
}

const facts = new WeakMap<Address, Facts>()

const factsOf = (address: Address): Facts => {
  const before = facts.get(address)
  if (before !== undefined) return before
  const text = formatAddress(address)
  const made = {
    text,
    network: keyOfAddress(address, NETWORK_KEY),
    isLan: isLan(address),
    isLoopback: /^(127\.|::1$)/.test(text),
  }
  facts.set(address, made)
  return made
}

/** Whether an address is one of this host's own loopback. */
export const isLoopback = (address: Address): boolean => factsOf(address).isLoopback

/** A viewer's address; `null` for loopback, as of relays and proxies on the server. */
export const outsideAddress = (text: unknown): Address | null => {
  const address = remoteAddress(text)
  return address === null || isLoopback(address) ? null : address
}

/** Whether an address is of a private network. */
export const isPrivate = (text: unknown): boolean => {
  const address = remoteAddress(text)
  return address !== null && factsOf(address).isLan
}

/** Facts by which a viewer is in the server's home. */
export interface HomeHints {
  /** Whether the server calls the session local. */
  readonly saysLan: boolean
  readonly isHome: (address: string) => boolean
  /** The server's own public addresses. */
  readonly own: ReadonlySet<string>
}

/** The network key of an address, by which the home's own lines are known. */
export const lineOf = (address: Address): string => factsOf(address).network

/** Address fields of a play; the LAN, the server's public address and configured home networks count as LAN. */
export const viewerAddress = (address: Address | null, hints: HomeHints): ViewerAddress => {
  if (address === null) return { address: null, network: null, isLan: hints.saysLan }
  const { text, network, ...known } = factsOf(address)
  const isAtHome = hints.saysLan || known.isLan || hints.own.has(network) || hints.isHome(text)
  return { address: text, network, isLan: isAtHome }
}
