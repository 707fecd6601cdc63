import type { EdgeOrigin } from '../channels/protocol.ts'
import { type Address, followLoggedIn, hostOfOrigin, withoutLogin } from './resolve.ts'

/** Redirections that are followed for one request: as many as browsers follow. */
export const MOST_REDIRECTIONS = 20

const OTHER_SCHEME = /^([a-z][a-z0-9+.-]*:)[\\/]{2}(?:[^\\/?#]*@)?([^\\/?#]+)/i

/** Where a `Location` leads: to an address, past every edge (the server of another scheme: `rtmp://host`), or nowhere. */
export type Onward =
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'past'; readonly origin: string }
  | { readonly kind: 'nowhere' }

/** Reads a `Location` (RFC 9110, section 10.2.2) of an answer from an address. */
export const readLocation = (location: string, from: Address): Onward => {
  const text = location.trim()
  const address = text === '' ? null : followLoggedIn(text, from)
  if (address !== null) return { kind: 'address', address }
  const [, scheme = 'http:', host = ''] = OTHER_SCHEME.exec(text) ?? []
  return /^https?:$/i.test(scheme)
    ? { kind: 'nowhere' }
    : { kind: 'past', origin: `${scheme}//${host}`.toLowerCase() }
}

/** A server may send a player to where it was while something is made ready, or has set a cookie; whoever comes by a third time goes in a circle. */
const MOST_VISITS = 2

/** Whether one more redirection is a circle or one too many; `way`: what stands for each address asked so far and what was sent there. */
export const isCircle = (way: readonly string[], next: string): boolean =>
  way.length > MOST_REDIRECTIONS || way.filter((it) => it === next).length >= MOST_VISITS

const fits = (host: string, pattern: string): boolean =>
  pattern === '*' ||
  host === pattern ||
  (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))

const AUTHORITY = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[^:[\]]+)(?::([0-9]{1,5}))?$/
const MOST_PORT = 65_535

/** Whether anybody can be reached at an origin: nginx fails at a port that is none. */
const isReachable = (origin: string): boolean => {
  const found = AUTHORITY.exec(withoutLogin(origin))
  const port = Number(found?.[1] ?? 1)
  return found !== null && port > 0 && port <= MOST_PORT
}

/**
 * Whether the edge may fetch from an origin for a channel: from the hosts of the channel's own and of configured origins, on any port,
 * and from those that the channel's origin may redirect to (`redirects`: a host, `*.domain`, or `*` for all).
 */
export const mayGoTo = (origins: readonly EdgeOrigin[], own: string, target: string): boolean => {
  if (!isReachable(target)) return false
  // A name may end in the dot of DNS' root.
  const host = hostOfOrigin(target).replace(/\.$/, '')
  const ownHost = hostOfOrigin(own)
  return (
    host === ownHost ||
    origins.some(
      (it) =>
        it.host === host ||
        (it.host === ownHost && it.redirects.some((pattern) => fits(host, pattern))),
    )
  )
}
