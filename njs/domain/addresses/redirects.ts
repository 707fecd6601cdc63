import type { EdgeOrigin } from '../channels/protocol.ts'
import { hostOfOrigin } from './resolve.ts'

const fits = (host: string, pattern: string): boolean =>
  pattern === '*' ||
  host === pattern ||
  (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))

/**
 * Whether the edge may fetch from an origin for a channel: from the hosts of the channel's own and of configured origins, on any port,
 * and from those that the channel's origin may redirect to (`redirects`: a host, `*.domain`, or `*` for all).
 */
export const mayGoTo = (origins: readonly EdgeOrigin[], own: string, target: string): boolean => {
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
