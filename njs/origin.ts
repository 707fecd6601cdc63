import { entryOfProtocol, stripSecrets } from './domain/channel.ts'
import { type ChannelRecord, ownerOf, parseChannelRecord } from './domain/channel-table.ts'
import type { ReasonId } from './domain/reasons.ts'
import { liveTable } from './memory.ts'

/** Where a request goes, or why it does not. */
export type Route =
  | {
      readonly ok: true
      /** `http://host:port` */
      readonly origin: string
      /** Escaped, with its query. */
      readonly path: string
      /** Escaped directory of `path`, with both slashes. */
      readonly directory: string
    }
  | { readonly ok: false; readonly reason: ReasonId }

/** What a route is found by. */
export interface RouteQuestion {
  readonly channel: string
  /** As nginx decoded and normalised it. */
  readonly rest: string
  /** The universal entry names mean this channel's entry: such players keep them. */
  readonly isInferred: boolean
}

const PLAIN = /^[A-Za-z0-9_.~!$&'()*+;=:@/-]*$/

const escapePath = (path: string): string =>
  PLAIN.test(path) ? path : path.split('/').map(encodeURIComponent).join('/')

/** Records by their own text: what a text means never changes, so the memory needs no invalidation. */
const parsed = new Map<string, ChannelRecord | null>()
const MOST_PARSED = 500

const parse = (text: string | undefined): ChannelRecord | null => {
  if (text === undefined) return null
  const known = parsed.get(text)
  if (known !== undefined) return known
  if (parsed.size >= MOST_PARSED) parsed.clear()
  const record = parseChannelRecord(text)
  parsed.set(text, record)
  return record
}

/** The record of a channel. */
export const readChannel = (channel: string): ChannelRecord | null =>
  parse(liveTable('channels')?.get(channel))

const withQuery = (path: string, own: string, args: string): string => {
  const viewers = args === '' || args.indexOf('=') < 0 ? args : stripSecrets(args)
  const query = own === '' ? viewers : viewers === '' ? own : `${own}&${viewers}`
  return query === '' ? path : `${path}?${query}`
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

const isEntryOf = (record: ChannelRecord, question: RouteQuestion): boolean =>
  question.rest === record.entry ||
  question.rest === '' ||
  (question.isInferred && question.rest === entryOfProtocol(record.protocol))

/** Finds the origin's path of a request and refuses one that lies in another channel. */
export const findRoute = (question: RouteQuestion, args: string): Route => {
  const table = liveTable('channels')
  if (table === null) return { ok: false, reason: 'edge.not_ready' }
  const record = parse(table.get(question.channel))
  if (record === null) return { ok: false, reason: 'channel.unknown' }
  const { rest, channel } = question
  const isRooted = rest.startsWith('@/')
  const isEntry = !isRooted && isEntryOf(record, question)
  const plain = isRooted ? rest.slice(1) : record.base + (isEntry ? record.entry : rest)
  if ((isRooted || record.isShared) && isOutside(table, record.origin, plain, channel))
    return { ok: false, reason: 'path.outside' }
  // What the record says is escaped as the origin wants it; what a viewer sent is escaped here.
  const own = isRooted ? '' : record.base
  const path = own + (isEntry ? record.entry : escapePath(isRooted ? plain : rest))
  const directory = path.slice(0, path.lastIndexOf('/') + 1)
  const full = withQuery(path, isEntry ? record.query : '', args)
  return { ok: true, origin: record.origin, directory, path: full }
}
