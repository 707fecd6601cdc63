import { channelOfPath } from '#domain/channels/channel'
import { parseDoor } from '#domain/credentials/door'
import type { LoggedRequest } from './access-log.ts'

/** A logged request that opened a channel. */
export interface LoggedOpening {
  readonly channel: string
  readonly token: string | null
  /** He presented something the line does not show, or that only the accounts can judge. */
  readonly isCredentialHidden: boolean
}

const PASS = /^\/s\/[^/]+\//
/** A file beside the channels, such as a playlist or an icon, opens none. */
const PLAIN_FILE = /^\/[^/]*$/
const ENTRY = /\.(?:m3u8|ts|mpd)$/

const ofPath = (path: string): string | null => {
  if (PLAIN_FILE.test(path) && !ENTRY.test(path)) return null
  return channelOfPath(path)?.channel ?? null
}

/** What a logged request asked for, at a door of ours or of the server before us; `null` where it opened nothing. */
export const readOpening = (request: LoggedRequest): LoggedOpening | null => {
  const { method, path, query, isTokenHidden } = request
  // Players look with HEAD and browsers with OPTIONS before they open: both are let through unasked.
  if (method !== null && method !== 'GET') return null
  const token = new URLSearchParams(query).get('token')
  const door = path.startsWith('/live/') ? parseDoor(path.slice(6), token !== null) : null
  const channel = door?.channel ?? ofPath(path.replace(PASS, '/').replace(/^\/live\//, '/'))
  if (channel === null) return null
  return { channel, token, isCredentialHidden: isTokenHidden || door?.door === 'xtream' }
}
