import type { ChannelPlace } from '../domain/addresses/mapper.ts'
import { hasHiddenSlash, isUnclear } from '../domain/addresses/resolve.ts'
import { openSeal, type SealedPlace, type SealKind } from '../domain/addresses/seal.ts'
import { entryOfProtocol } from '../domain/channels/channel.ts'
import {
  type ChannelRecord,
  decodePath,
  isStreamNumber,
  ownerOf,
  parseChannelRecord,
  stemOf,
  streamNumberKey,
} from '../domain/channels/channel-table.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { secretOf } from '../state/memory.ts'
import { liveTable, tableGeneration } from '../state/table-halves.ts'

/** The origin's address of a request. */
export interface Found {
  readonly ok: true
  /** `http://host:port` */
  readonly origin: string
  /** Percent-encoded, with query. */
  readonly path: string
  /** Kind of the seal in the requested address; `null` without one. */
  readonly seal: SealKind | null
}

/** The origin's address of a request, or the reason why there is none. */
export type Route = Found | { readonly ok: false; readonly reason: ReasonId }

/** The properties of a request that its origin's address depends on. */
export interface RouteRequest {
  readonly channel: string
  /** Path below the channel, percent-encoded as the player sent it. */
  readonly rest: string
  /** The query, without `?`. */
  readonly args: string
  /** Inferred session: the general entry names (`index.m3u8`, …) stand for the channel's entry. */
  readonly isInferred: boolean
}

/** A parsed channel record, with the route of its entry, which most requests are for. */
interface Known {
  readonly record: ChannelRecord
  readonly entry: Found
  /** Seals of recent requests, verified. */
  readonly seals: Map<string, SealedPlace | null>
}

/** Cache of parsed records, emptied with every change of the channel table. */
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

/** The record of a channel; `null` where there is none, or the table is not loaded yet. */
export const readChannel = (channel: string): ChannelRecord | null =>
  findKnown(channel)?.record ?? null

/** The channel that apps call by this number; what is no such number, or the id of a channel itself, stays as it is. */
export const channelOfNumber = (text: string): string => {
  if (!isStreamNumber(text) || readChannel(text) !== null) return text
  return liveTable('channels')?.get(streamNumberKey(text)) ?? text
}

/** The channel's origin and directory, for rewriting addresses. */
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
  // Invalid seals are not cached: a client could send any number of them.
  if (opened !== null) seals.set(text, opened)
  return opened
}

/** The origin's path for a seal and the name after it; `null` where the seal does not cover that name. */
const sealedPath = ({ kind, path }: SealedPlace, name: string): string | null => {
  if (kind === 'file') {
    const file = path.slice(path.lastIndexOf('/') + 1)
    return name === file || decodePath(name) === decodePath(file) ? path : null
  }
  if (isUnclear(name)) return null
  if (kind === 'files' && (name.includes('/') || hasHiddenSlash(name))) return null
  return path + name
}

/** Route of an address from a rewritten manifest: `@/<seal>/<file>`. */
const findSealed = (channel: Known, { rest, args, channel: id }: RouteRequest): Route => {
  const end = rest.indexOf('/', 2)
  const place = end < 0 ? null : open(channel, id, rest.slice(2, end))
  const path = place === null ? null : sealedPath(place, rest.slice(end + 1))
  if (place === null || path === null) return OUTSIDE
  // A single file that a manifest names may lie in another channel's directory.
  if (place.kind !== 'file' && isOthers(id, place.origin, path)) return OUTSIDE
  return { ok: true, origin: place.origin, path: withQuery(path, args), seal: place.kind }
}

/** Route of an address below the channel's own directory. */
const findOwn = (record: ChannelRecord, { rest, args, channel }: RouteRequest): Route => {
  if (isUnclear(rest)) return OUTSIDE
  // The directory has other channels' files: only the entry is served from it, with any extension.
  if (record.isClosed && stemOf(decodePath(rest)) !== stemOf(decodePath(record.entry)))
    return OUTSIDE
  const path = record.base + rest
  if (record.isShared && isOthers(channel, record.origin, path)) return OUTSIDE
  return { ok: true, origin: record.origin, path: withQuery(path, args), seal: null }
}

/** The origin's address of a request; `path.outside` where it does not belong to the channel. */
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
