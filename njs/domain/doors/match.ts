import { describePath, isChannelId, universalEntry } from '../channels/channel.ts'
import { DOORS, type Door } from './doors.ts'
import { type PathValue, patternOf, reservedBelow } from './shape.ts'

/** A request at a door, with what its path holds. */
export interface DoorMatch {
  readonly door: Door
  readonly values: Readonly<Partial<Record<PathValue, string>>>
}

/** What an opening presents. */
export type OpeningRequest = { readonly channel: string; readonly rest: string } & (
  | { readonly credential: 'ticket'; readonly ticket: string }
  /** A token, the arguments of a link, or nothing: it stands outside the path. */
  | { readonly credential: 'token' }
  | { readonly credential: 'xtream'; readonly user: string; readonly password: string }
)

/** Whether the query has an argument that is not empty. */
export type HasArgument = (name: string) => boolean

const PATHS = DOORS.map(({ path }) => path)

/** Compiled at the first request: few handlers need all of them. */
const compiled = new Map<string, RegExp>()

const expressionOf = (path: string): RegExp => {
  const known = compiled.get(path)
  if (known !== undefined) return known
  const made = new RegExp(patternOf(path, (value) => value, reservedBelow(path, PATHS)))
  compiled.set(path, made)
  return made
}

const isClean = (path: string): boolean => {
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

/** The door a request is at: `path` decoded, without the query; `null` = at none. */
export const matchDoor = (path: string, has: HasArgument): DoorMatch | null =>
  matchIn(DOORS, path, has)

/**
 * What Kodi puts behind an address, `|User-Agent=…&Referer=…`, is a note to itself; VLC and mpv ask for it literally. The path ends before it. Only
 * behind the name of an entry: elsewhere a bar may be part of a name.
 */
export const withoutSuffix = (path: string): string => {
  for (let bar = path.indexOf('|'); bar >= 0; bar = path.indexOf('|', bar + 1)) {
    const before = path.slice(0, bar)
    if (before.endsWith('.ts')) return before
    if (describePath(before, '', 0).kind !== 'segment') return before
  }
  return path
}

const OPENINGS = DOORS.filter(({ serving }) => serving === 'opening')

/** Reads an opening's path, decoded, without the query; `null` where it is none of ours. */
export const readOpening = (path: string, has: HasArgument): OpeningRequest | null => {
  const found = matchIn(OPENINGS, withoutSuffix(path), has)
  if (found === null) return null
  const { channel = '', file, ticket, user, password, extension } = found.values
  const rest = file ?? universalEntry(extension ?? '')
  if (ticket !== undefined) return { credential: 'ticket', ticket, channel, rest }
  if (user !== undefined && password !== undefined)
    return { credential: 'xtream', user, password, channel, rest }
  return { credential: 'token', channel, rest }
}

const BY_PATH: ReadonlyMap<string, Door> = new Map(DOORS.map((door) => [door.path, door]))

/** The door whose path has no placeholder and is exactly this one. */
export const doorOfPath = (path: string): Door | undefined => BY_PATH.get(path)
