import { channelOfPath } from '#domain/channels/channel'
import { matchDoor } from '#domain/doors/match'
import type { LoggedRequest } from './access-log.ts'

/** A logged request that opened a channel. */
export interface LoggedOpening {
  readonly channel: string
  readonly token: string | null
  /**
   * The request held a credential that the line does not show, or that only the accounts can check.
   */
  readonly isCredentialHidden: boolean
}

/** A file beside the channels, such as a playlist or an icon, opens none. */
const PLAIN_FILE = /^\/[^/]*$/
const ENTRY = /\.(?:m3u8|ts|mpd)$/

/** What a masked secret leaves of our own paths. */
const MASKED = /^\/(?:s\/[^/]+|live)\//

/**
 * The channel of a path that belongs to no door: a masked one, or one of the server that Gatehouse
 * replaces.
 */
const channelElsewhere = (path: string): string | null => {
  const below = path.replace(MASKED, '/')
  if (PLAIN_FILE.test(below) && !ENTRY.test(below)) return null
  return channelOfPath(below)?.channel ?? null
}

/**
 * What a logged request asked for, at one of the doors or at the server that Gatehouse replaces;
 * `null` where it opened nothing.
 */
export const readOpening = (request: LoggedRequest): LoggedOpening | null => {
  const { method, path, query, isTokenHidden } = request
  // Players send HEAD and browsers OPTIONS before they open: both pass without a decision.
  if (method !== null && method !== 'GET') return null
  const args = new URLSearchParams(query)
  const found = matchDoor(path, (name) => (args.get(name) ?? '') !== '')
  const channel = found === null ? channelElsewhere(path) : (found.values.channel ?? null)
  if (channel === null) return null
  const isCredentialHidden = isTokenHidden || found?.door.credentials.includes('xtream') === true
  return { channel, token: args.get('token'), isCredentialHidden }
}
