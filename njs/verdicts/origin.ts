import { entryOfProtocol, stripSecrets } from '../domain/channels/channel.ts'
import {
  type ChannelRecord,
  ownerOf,
  parseChannelRecord,
} from '../domain/channels/channel-table.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { liveTable, tableGeneration } from '../state/table-halves.ts'

/** Where a request goes. */
export interface Found {
  readonly ok: true
  /** `http://host:port` */
  readonly origin: string
  /** Escaped, with its query. */
  readonly path: string
  /** Escaped directory of `path`, with both slashes, where it was known beforehand. */
  readonly directory?: string
}

/** Where a request goes, or why it does not. */
export type Route = Found | { readonly ok: false; readonly reason: ReasonId }

/** What a route is found by. */
export interface RouteRequest {
  readonly channel: string
  /** As nginx decoded and normalised it. */
  readonly rest: string
  /** The universal entry names mean this channel's entry: such players keep them. */
  readonly isInferred: boolean
}

/** Nothing in it needs escaping; the engine's own check costs a tenth of a regular expression. */
const isPlain = (path: string): boolean =>
  encodeURI(path) === path && !path.includes('?') && !path.includes('#')

const escapePath = (path: string): string =>
  isPlain(path) ? path : path.split('/').map(encodeURIComponent).join('/')

/** A channel's record, with the route of its entry ready: most requests of a player are for that. */
interface Known {
  readonly record: ChannelRecord
  readonly entry: Found
}

/** Records of one generation of the channel table; every change of the table empties it. */
const known = { generation: -1, channels: new Map<string, Known | null>() }
const MOST_KNOWN = 500

const readKnown = (table: NgxSharedDict<string>, channel: string): Known | null => {
  const text = table.get(channel)
  const record = text === undefined ? null : parseChannelRecord(text)
  if (record === null) return null
  const path = record.base + record.entry
  const full = record.query === '' ? path : `${path}?${record.query}`
  const directory = path.slice(0, path.lastIndexOf('/') + 1)
  return { record, entry: { ok: true, origin: record.origin, path: full, directory } }
}

const findKnown = (channel: string): Known | null | undefined => {
  const generation = tableGeneration('channels')
  if (generation === undefined) return undefined
  if (generation === known.generation) {
    const found = known.channels.get(channel)
    if (found !== undefined) return found
  }
  if (generation !== known.generation || known.channels.size >= MOST_KNOWN) {
    known.generation = generation
    known.channels.clear()
  }
  const table = liveTable('channels')
  if (table === null) return undefined
  const read = readKnown(table, channel)
  known.channels.set(channel, read)
  return read
}

/** The record of a channel. */
export const readChannel = (channel: string): ChannelRecord | null =>
  findKnown(channel)?.record ?? null

const withQuery = (path: string, query: string): string =>
  query === '' ? path : `${path}?${query}`

/** The query a player sent, as the origin may see it; a manifest may repeat the channel's own. */
const playersQuery = (args: string, own: string): string =>
  args.includes('=') ? stripSecrets(args, own) : args

/** The query of a channel's entry: its own, and what a player adds to it. */
const entryQuery = (own: string, args: string): string => {
  const added = playersQuery(args, '')
  return own === '' || added === '' ? own + added : `${own}&${added}`
}

/** Whether the origin's path belongs to another channel than the one asked for. */
const isOutside = (
  table: NgxSharedDict<string>,
  origin: string,
  path: string,
  channel: string,
): boolean => {
  const owner = ownerOf((key) => table.get(key), origin, path)
  return owner !== null && owner !== channel
}

const isEntryOf = (record: ChannelRecord, question: RouteRequest): boolean =>
  question.rest === record.entry ||
  question.rest === '' ||
  (question.isInferred && question.rest === entryOfProtocol(record.protocol))

/** A path that is not the entry's. */
const findPath = (record: ChannelRecord, question: RouteRequest, args: string): Route => {
  const { rest, channel } = question
  const isRooted = rest.startsWith('@/')
  const plain = isRooted ? rest.slice(1) : record.base + rest
  const table = isRooted || record.isShared ? liveTable('channels') : null
  if (table !== null && isOutside(table, record.origin, plain, channel))
    return { ok: false, reason: 'path.outside' }
  // What the record says is escaped as the origin wants it; what a viewer sent is escaped here.
  const path = isRooted ? escapePath(plain) : record.base + escapePath(rest)
  return {
    ok: true,
    origin: record.origin,
    path: withQuery(path, playersQuery(args, record.query)),
  }
}

/** The route of a channel's entry under its own name, without a query of the viewer's; `null` = anything else. */
export const findEntry = (channel: string, rest: string): Found | null => {
  const found = findKnown(channel)
  return found && rest === found.record.entry ? found.entry : null
}

/** Finds the origin's path of a request and refuses one that lies in another channel. */
export const findRoute = (question: RouteRequest, args: string): Route => {
  const channel = findKnown(question.channel)
  if (channel === undefined) return { ok: false, reason: 'edge.not_ready' }
  if (channel === null) return { ok: false, reason: 'channel.unknown' }
  const { record, entry } = channel
  if (!isEntryOf(record, question)) return findPath(record, question, args)
  if (args === '') return entry
  return { ...entry, path: withQuery(record.base + record.entry, entryQuery(record.query, args)) }
}
