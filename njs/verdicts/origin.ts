import type { ChannelPlace } from '../domain/addresses/mapper.ts'
import { hasHiddenSlash, isUnclear } from '../domain/addresses/resolve.ts'
import { openSeal, type SealedPlace, type SealKind } from '../domain/addresses/seal.ts'
import { entryOfProtocol } from '../domain/channels/channel.ts'
import {
  type ChannelRecord,
  decodePath,
  ownerOf,
  parseChannelRecord,
  stemOf,
} from '../domain/channels/channel-table.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { secretOf } from '../state/memory.ts'
import { liveTable, tableGeneration } from '../state/table-halves.ts'

/** Where a request goes. */
export interface Found {
  readonly ok: true
  /** `http://host:port` */
  readonly origin: string
  /** Escaped, with its query. */
  readonly path: string
  /** What the seal in its address opens; `null` without one. */
  readonly seal: SealKind | null
}

/** Where a request goes, or why it does not. */
export type Route = Found | { readonly ok: false; readonly reason: ReasonId }

/** What a route is found by. */
export interface RouteRequest {
  readonly channel: string
  /** As the player wrote it. */
  readonly rest: string
  /** The query, without `?`. */
  readonly args: string
  /** The universal entry names mean this channel's entry: such players keep them. */
  readonly isInferred: boolean
}

/** A channel's record, with the route of its entry ready: most requests of a player are for that. */
interface Known {
  readonly record: ChannelRecord
  readonly entry: Found
  /** Seals met lately, opened. */
  readonly seals: Map<string, SealedPlace | null>
}

/** Records of one generation of the channel table; every change of the table empties it. */
const known = { generation: -1, channels: new Map<string, Known | null>() }
const MOST_KNOWN = 500
const MOST_SEALS = 32

const OUTSIDE: Route = { ok: false, reason: 'path.outside' }

const readKnown = (table: NgxSharedDict<string>, channel: string): Known | null => {
  const text = table.get(channel)
  const record = text === undefined ? null : parseChannelRecord(text)
  if (record === null) return null
  const path = withQuery(record.base + record.entry, record.query)
  return { record, entry: { ok: true, origin: record.origin, path, seal: null }, seals: new Map() }
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

/** Its directory, as far as addresses go. */
export const placeOfChannel = ({ origin, base, isClosed }: ChannelRecord): ChannelPlace => ({
  origin,
  base,
  isClosed,
})

const withQuery = (path: string, query: string): string =>
  query === '' ? path : `${path}?${query}`

/** Whether a path of an origin belongs to another channel than the one asked for. */
export const isOthers = (channel: string, origin: string, path: string): boolean => {
  const table = liveTable('channels')
  if (table === null) return true
  const owner = ownerOf((key) => table.get(key), origin, path)
  return owner !== null && owner !== channel
}

const isEntryOf = (record: ChannelRecord, { rest, isInferred }: RouteRequest): boolean =>
  rest === record.entry ||
  rest === '' ||
  (isInferred && rest === entryOfProtocol(record.protocol)) ||
  (rest.includes('%') && decodePath(rest) === decodePath(record.entry))

const open = ({ record, seals }: Known, channel: string, text: string): SealedPlace | null => {
  const before = seals.get(text)
  if (before !== undefined) return before
  const opened = openSeal(nginxCrypto, secretOf, { channel, origin: record.origin }, text)
  if (seals.size >= MOST_SEALS) seals.clear()
  // What nobody sealed is not kept: anybody can make more of it.
  if (opened !== null) seals.set(text, opened)
  return opened
}

/** The path that a seal and what stands behind it name; `null` where it does not open that. */
const sealedPath = ({ kind, path }: SealedPlace, name: string): string | null => {
  if (kind === 'file') {
    const file = path.slice(path.lastIndexOf('/') + 1)
    return name === file || decodePath(name) === decodePath(file) ? path : null
  }
  if (isUnclear(name)) return null
  if (kind === 'files' && (name.includes('/') || hasHiddenSlash(name))) return null
  return path + name
}

/** An address that a manifest of the channel named: `@/<seal>/<file>`. */
const findSealed = (channel: Known, { rest, args, channel: id }: RouteRequest): Route => {
  const end = rest.indexOf('/', 2)
  const place = end < 0 ? null : open(channel, id, rest.slice(2, end))
  const path = place === null ? null : sealedPath(place, rest.slice(end + 1))
  if (place === null || path === null) return OUTSIDE
  // One file that a manifest named is the channel's, whoever's directory it lies in.
  if (place.kind !== 'file' && isOthers(id, place.origin, path)) return OUTSIDE
  return { ok: true, origin: place.origin, path: withQuery(path, args), seal: place.kind }
}

/** An address below the channel's own directory. */
const findOwn = (record: ChannelRecord, { rest, args, channel }: RouteRequest): Route => {
  if (isUnclear(rest)) return OUTSIDE
  // Beside the entry lie others' files: only the stream itself is open there, under each of its extensions.
  if (record.isClosed && stemOf(decodePath(rest)) !== stemOf(decodePath(record.entry)))
    return OUTSIDE
  const path = record.base + rest
  if (record.isShared && isOthers(channel, record.origin, path)) return OUTSIDE
  return { ok: true, origin: record.origin, path: withQuery(path, args), seal: null }
}

/** Finds the origin's path of a request and refuses what is not the channel's. */
export const findRoute = (question: RouteRequest): Route => {
  const channel = findKnown(question.channel)
  if (channel === undefined) return { ok: false, reason: 'edge.not_ready' }
  if (channel === null) return { ok: false, reason: 'channel.unknown' }
  const { record, entry } = channel
  if (question.rest.startsWith('@/')) return findSealed(channel, question)
  if (!isEntryOf(record, question)) return findOwn(record, question)
  if (question.args === '') return entry
  const query = record.query === '' ? question.args : `${record.query}&${question.args}`
  return { ...entry, path: withQuery(record.base + record.entry, query) }
}
