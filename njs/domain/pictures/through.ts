import { contains, isLan, parseAddress, parseNetwork } from '../networks/network.ts'

/** Names that no public DNS has (RFC 6761, RFC 6762, RFC 8375, and what routers give their networks). */
const PRIVATE_NAME =
  /(?:^|\.)(?:localhost|local|lan|home|internal|intranet|private|corp|localdomain|home\.arpa)$/

/** Whether a host is one that viewers elsewhere do not reach: a private or loopback address, a name without a dot, or one of a private domain. */
export const isPrivateHost = (host: string): boolean => {
  const plain = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  const address = parseAddress(plain)
  if (address !== null) return isLan(address)
  return !plain.includes('.') || PRIVATE_NAME.test(plain)
}

/** A test for hosts whose pictures come through the edge. */
export type IsThrough = (host: string) => boolean

const NAME = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/

/** What is wrong with an entry of `pictures.through`; `null` = nothing. */
export const throughProblem = (entry: string): string | null => {
  const text = entry.toLowerCase()
  if (text === 'private' || text === 'all' || parseNetwork(text).ok) return null
  if (NAME.test(text) && !/^[\d.]+$/.test(text)) return null
  return 'neither a host, `*.domain`, an address, a network, `private` nor `all`'
}

const testOf = (entry: string): IsThrough => {
  const text = entry.toLowerCase()
  if (text === 'all') return () => true
  if (text === 'private') return isPrivateHost
  const parsed = parseNetwork(text)
  if (parsed.ok) {
    const { networks } = parsed
    return (host) => {
      const address = parseAddress(host.replace(/^\[|\]$/g, ''))
      return address !== null && networks.some((network) => contains(network, address))
    }
  }
  return text.startsWith('*.') ? (host) => host.endsWith(text.slice(1)) : (host) => host === text
}

/**
 * Compiles entries as `pictures.through` has them: a host name, `*.domain`, an address, a network, `private` for every host that viewers elsewhere do
 * not reach, `all`. Hosts are compared as `URL.hostname` gives them.
 */
export const compileThrough = (entries: readonly string[]): IsThrough => {
  const tests = entries.map(testOf)
  return (host) => tests.some((test) => test(host))
}
