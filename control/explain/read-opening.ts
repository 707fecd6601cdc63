import { channelOfPath } from '#domain/channels/channel'
import { matchDoor } from '#domain/doors/match'
import type { LoggedRequest } from './access-log.ts'

/** An opening in an access log. */
export interface LoggedOpening {
  readonly channel: string
  readonly token: string | null
  /**
   * Whether the request had a credential that the line does not show, or that needs the database to be checked.
   */
  readonly isCredentialHidden: boolean
}

/** Paths of one segment, such as a playlist or an icon: no openings. */
const PLAIN_FILE = /^\/[^/]*$/
const ENTRY = /\.(?:m3u8|ts|mpd)$/

/** Gatehouse's own paths with masked secrets. */
const MASKED = /^\/(?:s\/[^/]+|live)\//

/**
 * The channel of a path that no door matches: with masked secrets, or of the server that
 * Gatehouse replaces.
 */
const channelElsewhere = (path: string): string | null => {
  const below = path.replace(MASKED, '/')
  if (PLAIN_FILE.test(below) && !ENTRY.test(below)) return null
  return channelOfPath(below)?.channel ?? null
}

/**
 * Parses a logged request to Gatehouse or to the server that it replaces; `null` where it is not
 * an opening.
 */
export const readOpening = (request: LoggedRequest): LoggedOpening | null => {
  const { method, path, query, isTokenHidden } = request
  // HEAD of players and OPTIONS of browsers are answered without a decision.
  if (method !== null && method !== 'GET') return null
  const args = new URLSearchParams(query)
  const found = matchDoor(path, (name) => (args.get(name) ?? '') !== '')
  const channel = found === null ? channelElsewhere(path) : (found.values.channel ?? null)
  if (channel === null) return null
  const isCredentialHidden = isTokenHidden || found?.door.credentials.includes('xtream') === true
  return { channel, token: args.get('token'), isCredentialHidden }
}
