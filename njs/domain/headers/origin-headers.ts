import { looksSecret } from '../addresses/address-logins.ts'

/** What players read of an origin's answer and what says how to read and keep it, in small letters. */
const LISTED = new Set([
  'accept-ranges',
  'age',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'pragma',
  'retry-after',
  'vary',
])

/** Text of the origin's own that players show or log: Icecast's (VLC, ffmpeg, Kodi), CTA-5006 (Shaka, dash.js), Server Timing (browsers), lengths and DLNA (renderers). */
const FREE =
  /^(?:ic[ey]-[\w-]+|cmsd-(?:static|dynamic)|server-timing|timing-allow-origin|(?:x-)?content-duration|(?:contentfeatures|transfermode|realtimeinfo|timeseekrange|availableseekrange)\.dlna\.org)$/

/** How a header of an origin's answer is taken: `plain` ones reach viewers unless they have a login, `free` ones unless they tell of their origin, others where they are but words. */
export type HeaderKind = 'plain' | 'free' | 'other'

/** Kinds by name as written: what origins send are a few names. */
const kinds = new Map<string, HeaderKind>()
const MOST_KINDS = 200

const judge = (name: string): HeaderKind => {
  if (LISTED.has(name)) return 'plain'
  return FREE.test(name) ? 'free' : 'other'
}

/** The kind of a header by its name, in any letters. */
export const headerKind = (name: string): HeaderKind => {
  const before = kinds.get(name)
  if (before !== undefined) return before
  if (kinds.size >= MOST_KINDS) kinds.clear()
  const kind = judge(name.toLowerCase())
  kinds.set(name, kind)
  return kind
}

/** Paths, addresses of people and of machines, names of hosts. */
const ADDRESS =
  /[/\\@]|%2f|\d+\.\d+\.\d+\.\d+|[\da-f]*:[\da-f]*:[\da-f]|[a-z\d-]\.[a-z]{2}|localhost/i

/** Names under which programs write down who asks and where an answer comes from. */
const TELLING_NAME =
  /user|login|pass|token|auth|secret|key|account|session|origin|upstream|backend|server|source|host|node|location|path|ur[il]|redirect|forward/i

/** Whether a header of any name says but words and numbers, such as `HIT`: no address, and nothing that looks like a ticket. */
export const isWords = (name: string, text: string): boolean =>
  !TELLING_NAME.test(name) && !ADDRESS.test(text) && !text.split(/[^A-Za-z\d]+/).some(looksSecret)
