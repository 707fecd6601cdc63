import { isChannelId, kindOfPath, UNTYPED_ENTRY, universalEntry } from '../channels/channel.ts'
import { isPlainText } from '../credentials/encoding.ts'
import { TICKET_LENGTH } from '../credentials/ticket.ts'
import { DOORS, type Door } from './doors.ts'
import { type PathValue, patternOf, reservedBelow } from './shape.ts'

/** The door of a request, with the values of its path's placeholders. */
export interface DoorMatch {
  readonly door: Door
  readonly values: Readonly<Partial<Record<PathValue, string>>>
}

/** A parsed opening: channel, path below it, and the credential of the path. */
export type OpeningRequest = {
  readonly channel: string
  readonly rest: string
  /** A span of the channel's archive as the app wrote it: a time, and minutes. */
  readonly archive?: { readonly start: string; readonly minutes: string }
} & (
  | { readonly credential: 'ticket'; readonly ticket: string }
  /** The path has no credential: the query may have a token or a signed link's arguments. */
  | { readonly credential: 'token'; readonly token?: string }
  | { readonly credential: 'xtream'; readonly user: string; readonly password: string }
)

/** Whether the query has this argument with a value that is not empty. */
export type HasArgument = (name: string) => boolean

const PATHS = DOORS.map(({ path }) => path)

/** Compiled at first use: most requests need only some of them. */
const compiled = new Map<string, RegExp>()

const expressionOf = (path: string): RegExp => {
  const known = compiled.get(path)
  if (known !== undefined) return known
  const made = new RegExp(patternOf(path, (value) => value, reservedBelow(path, PATHS)))
  compiled.set(path, made)
  return made
}

const isClean = (path: string): boolean => {
  if (isPlainText(path)) return true
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at)
    if (code < 32 || code === 127) return false
  }
  return true
}

const matchOne = (door: Door, path: string): DoorMatch | null => {
  const found = expressionOf(door.path).exec(path)
  if (found === null) return null
  const values: DoorMatch['values'] = found.groups ?? {}
  return values.channel === undefined || isChannelId(values.channel) ? { door, values } : null
}

const matchIn = (doors: readonly Door[], path: string, has: HasArgument): DoorMatch | null => {
  if (!isClean(path)) return null
  for (const door of doors) {
    const found = door.query.every(has) ? matchOne(door, path) : null
    if (found !== null) return found
  }
  return null
}

/** The door of a request; `path` is decoded and without query; `null` = none matches. */
export const matchDoor = (path: string, has: HasArgument): DoorMatch | null =>
  matchIn(DOORS, path, has)

/**
 * The path without Kodi's suffix for request headers, `|User-Agent=…&Referer=…`: Kodi strips it itself (kodi.wiki, "HTTP headers"), VLC and mpv send it to
 * the server. It is removed only after the name of a manifest or stream, since a bar may be part of other names.
 */
export const withoutSuffix = (path: string): string => {
  for (let bar = path.indexOf('|'); bar >= 0; bar = path.indexOf('|', bar + 1)) {
    const before = path.slice(0, bar)
    if (before.endsWith('.ts') || before.endsWith(`/${UNTYPED_ENTRY}`)) return before
    if (kindOfPath(before).kind !== 'segment') return before
  }
  return path
}

/** Kodi's suffix behind a query, its bar plain or encoded: only before the name of a header, since a bar may be part of a value. */
const QUERY_SUFFIX =
  /(?:\||%7c)(?:user-agent|referer|origin|cookie|authorization|accept[a-z-]*|x-[a-z0-9-]+)=.*$/i

/** A query, or the value of an argument, without Kodi's suffix. */
export const queryWithoutSuffix = (query: string): string =>
  query === '' ? query : query.replace(QUERY_SUFFIX, '')

const OPENINGS = DOORS.filter(({ serving }) => serving === 'opening')

/** An argument of the query, decoded; empty where there is none. */
export type ReadArgument = (name: string) => string

/** An archive that is named by the query. */
const archiveOfQuery = (read: ReadArgument): OpeningRequest | null => {
  const channel = read('stream').replace(/\.(?:ts|m3u8)$/, '')
  if (!isChannelId(channel)) return null
  const rest = universalEntry(read('extension') === 'm3u8' ? 'm3u8' : 'ts')
  const archive = { start: read('start'), minutes: read('duration') }
  const token = read('token')
  if (token !== '') return { credential: 'token', token, channel, rest, archive }
  const user = read('username')
  const password = read('password')
  return { credential: 'xtream', user, password, channel, rest, archive }
}

/** The door of an opening; apps of the Xtream kind put slashes behind what they build. */
const matchOpening = (path: string, has: HasArgument): DoorMatch | null => {
  const before = path.endsWith('/') ? matchIn(OPENINGS, path.replace(/\/+$/, ''), has) : null
  if (before?.door.credentials.includes('xtream')) return before
  return matchIn(OPENINGS, path, has)
}

const LIVE = '/live/'

/** What the first door of openings, by ticket, reads of a path: most openings are of it, and an expression costs ten times as much in QuickJS. */
const openingByTicket = (path: string): OpeningRequest | null => {
  if (!path.startsWith(LIVE) || path.endsWith('/')) return null
  const end = path.indexOf('/', LIVE.length)
  const entry = path.indexOf('/', end + 1)
  if (end < LIVE.length + TICKET_LENGTH.min || entry < 0) return null
  const channel = path.slice(end + 1, entry)
  if (!isChannelId(channel) || !isClean(path)) return null
  const ticket = path.slice(LIVE.length, end)
  return { credential: 'ticket', ticket, channel, rest: path.slice(entry + 1) }
}

/** Parses the path of an opening, decoded and without query; `null` where no door matches. */
export const readOpening = (
  path: string,
  has: HasArgument,
  read: ReadArgument = () => '',
): OpeningRequest | null => {
  const plain = withoutSuffix(path)
  const byTicket = openingByTicket(plain)
  if (byTicket !== null) return byTicket
  const found = matchOpening(plain, has)
  if (found === null) return null
  if (found.door.query.includes('stream')) return archiveOfQuery(read)
  const { channel = '', file, ticket, user, password, extension } = found.values
  const { minutes, start = '', token } = found.values
  const span = minutes === undefined ? {} : { archive: { start, minutes } }
  // Apps that name no extension mean MPEG-TS.
  const rest = file ?? universalEntry(extension ?? 'ts')
  if (ticket !== undefined) return { credential: 'ticket', ticket, channel, rest }
  if (user !== undefined && password !== undefined)
    return { credential: 'xtream', user, password, channel, rest, ...span }
  if (token !== undefined) return { credential: 'token', token, channel, rest, ...span }
  return { credential: 'token', channel, rest }
}

const BY_PATH: ReadonlyMap<string, Door> = new Map(DOORS.map((door) => [door.path, door]))

/** The door whose path is exactly this text, without placeholders. */
export const doorOfPath = (path: string): Door | undefined => BY_PATH.get(path)
