import type { IncomingHttpHeaders } from 'node:http'
import { isChannelId } from '#domain/channels/channel'
import { type ClosedRow, REQUEST_HEADERS } from '#domain/channels/protocol'
import type { Check } from '../access/admission/check.ts'
import type { PlaylistRequest } from '../access/admission/identify.ts'
import type { Opening } from '../access/admission/opening.ts'
import type { OpeningCredential } from '../access/admission/viewer.ts'

/** Longest secret accepted, in characters. */
const JUNK_BYTES = 2048

type AskName = keyof typeof REQUEST_HEADERS

const plain = (headers: IncomingHttpHeaders, name: AskName): string => {
  const value = headers[REQUEST_HEADERS[name].toLowerCase()]
  return typeof value === 'string' ? value : ''
}

/** A percent-encoded header; `null` when it is not valid UTF-8. */
const decoded = (headers: IncomingHttpHeaders, name: AskName): string | null => {
  try {
    return decodeURIComponent(plain(headers, name))
  } catch {
    return null
  }
}

const orNull = (text: string | null): string | null => (text === null || text === '' ? null : text)

const isClean = (secret: string): boolean =>
  // No token of Gatehouse or of a backend holds a control or replacement character.
  Buffer.byteLength(secret) < JUNK_BYTES && !/[\p{Cc}\ufffd]/u.test(secret)

const credentialOf = (headers: IncomingHttpHeaders): OpeningCredential | null => {
  const kind = plain(headers, 'door')
  if (kind === 'ticket') return { kind, ticket: plain(headers, 'ticket') }
  if (kind === 'xtream') {
    const username = decoded(headers, 'user')
    const password = decoded(headers, 'password')
    if (username === null || password === null) return null
    return isClean(username) && isClean(password) ? { kind, username, password } : null
  }
  const token = decoded(headers, 'token')
  if (token === null || !isClean(token)) return null
  return { kind: 'token', token: token === '' ? null : token }
}

const CLOSED = /^([\w-]{16}):(\d{1,15}):(\d{1,9}(?:\.\d{1,3})?)$/

/** Connections that ended a moment ago; what is malformed among them is left to the next sync. */
const closedOf = (text: string): ClosedRow[] => {
  if (text === '') return []
  return text.split(',').flatMap((row) => {
    const [, key, bytes, seconds] = CLOSED.exec(row) ?? []
    return key === undefined ? [] : [[key, Number(bytes), Number(seconds)] as const]
  })
}

/** Reads an opening from an edge's headers; `null` where they are malformed. */
export const readOpening = (
  headers: IncomingHttpHeaders,
  edge: string,
  now: number,
  isAwaited: () => boolean,
): Opening | null => {
  const credential = credentialOf(headers)
  const channel = plain(headers, 'channel')
  const rest = decoded(headers, 'rest')
  const args = decoded(headers, 'args')
  const agent = decoded(headers, 'agent')
  if (!credential || rest === null || args === null || !isChannelId(channel)) return null
  if (rest.includes('\0') || rest.split('/').includes('..')) return null
  return {
    requestId: plain(headers, 'request'),
    credential,
    channel,
    rest,
    args,
    address: plain(headers, 'address'),
    agent: agent ?? '',
    family: orNull(plain(headers, 'family')),
    referer: orNull(decoded(headers, 'referer')),
    host: orNull(decoded(headers, 'host')),
    playback: orNull(decoded(headers, 'playback')),
    country: orNull(plain(headers, 'country').toUpperCase()),
    edge,
    closed: closedOf(plain(headers, 'closed')),
    inferredKey: plain(headers, 'mode') === 'inferred' ? orNull(plain(headers, 'key')) : null,
    isAwaited,
    now,
  }
}

export const readCheck = (headers: IncomingHttpHeaders, edge: string, now: number): Check => {
  const silent = Number(plain(headers, 'silent'))
  return {
    pass: plain(headers, 'pass'),
    channel: plain(headers, 'channel'),
    key: plain(headers, 'key'),
    silentSec: Number.isFinite(silent) && plain(headers, 'silent') !== '' ? silent : -1,
    address: plain(headers, 'address'),
    agent: decoded(headers, 'agent') ?? '',
    family: orNull(plain(headers, 'family')),
    playback: orNull(decoded(headers, 'playback')),
    rest: decoded(headers, 'rest') ?? '',
    edge,
    now,
  }
}

export const readPlaylistRequest = (
  headers: IncomingHttpHeaders,
  now: number,
): PlaylistRequest | null => {
  const credential = credentialOf(headers)
  if (!credential) return null
  const country = orNull(plain(headers, 'country').toUpperCase())
  return { credential, address: plain(headers, 'address'), country, now }
}
