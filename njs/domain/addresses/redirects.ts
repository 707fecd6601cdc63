import type { EdgeOrigin } from '../channels/protocol.ts'
import { hostOfOrigin } from './resolve.ts'

const fits = (host: string, pattern: string): boolean =>
  pattern === '*' ||
  host === pattern ||
  (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))

const AUTHORITY = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[^:[\]]+)(?::([0-9]{1,5}))?$/
const MOST_PORT = 65_535

/** Whether anybody can be reached at an origin: nginx fails at a port that is none. */
const isReachable = (origin: string): boolean => {
  const found = AUTHORITY.exec(origin)
  const port = Number(found?.[1] ?? 1)
  return found !== null && port > 0 && port <= MOST_PORT
}

/**
 * Whether the edge may fetch from an origin for a channel: from the hosts of the channel's own and of configured origins, on any port,
 * and from those that the channel's origin may redirect to (`redirects`: a host, `*.domain`, or `*` for all).
 */
export const mayGoTo = (origins: readonly EdgeOrigin[], own: string, target: string): boolean => {
  if (!isReachable(target)) return false
  const host = hostOfOrigin(target)
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
