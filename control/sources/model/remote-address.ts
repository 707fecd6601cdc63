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

/** Reads a remote end (`203.0.113.7:51234`, `::ffff:10.0.0.1`, `http://192.168.5.166:60006/upnp/desc.xml`); `null` where there is no address in it. */
export const remoteAddress = (text: unknown): Address | null => {
  const host = typeof text === 'string' ? hostOf(text) : ''
  return host === '' ? null : parseAddress(host)
}

const isLoopback = (address: Address): boolean => /^(127\.|::1$)/.test(formatAddress(address))

/** A viewer's address; `null` for loopback, as of relays and proxies on the server. */
export const outsideAddress = (text: unknown): Address | null => {
  const address = remoteAddress(text)
  return address === null || isLoopback(address) ? null : address
}

/** Whether an address is of a private network. */
export const isPrivate = (text: unknown): boolean => {
  const address = remoteAddress(text)
  return address !== null && isLan(address)
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
export const lineOf = (address: Address): string => keyOfAddress(address, NETWORK_KEY)

/** Address fields of a play; the LAN, the server's public address and configured home networks count as LAN. */
export const viewerAddress = (address: Address | null, hints: HomeHints): ViewerAddress => {
  if (address === null) return { address: null, network: null, isLan: hints.saysLan }
  const text = formatAddress(address)
  const network = lineOf(address)
  const isAtHome = hints.saysLan || isLan(address) || hints.own.has(network) || hints.isHome(text)
  return { address: text, network, isLan: isAtHome }
}
