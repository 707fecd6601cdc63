import { ARCHIVE_MARK, fillArchive, originsNamed } from '../domain/addresses/archive.ts'
import { hasGiven, openGiven } from '../domain/addresses/given-values.ts'
import {
  type Folder,
  type OwnValue,
  openArguments,
  openPath,
  openPlace,
  ownValues,
} from '../domain/addresses/own-arguments.ts'
import { decodePath, isSharedFolder, ownerOf, stemOf } from '../domain/addresses/owners.ts'
import { mayGoTo } from '../domain/addresses/redirects.ts'
import { type ReferenceBase, remoteBase } from '../domain/addresses/remote.ts'
import { withLogin, withoutLogin } from '../domain/addresses/resolve.ts'
import { openSeal, type SealedPlace, type SealKind } from '../domain/addresses/seal.ts'
import {
  addedTo,
  BESIDE,
  bindingOf,
  isOwnScript,
  sealBeside,
  sealedPath,
} from '../domain/addresses/sealed-path.ts'
import { isUnclear } from '../domain/addresses/unclear.ts'
import { entryNamesUnderPass, isEntryBelowTicket } from '../domain/channels/channel.ts'
import { type ChannelRecord, parseChannelRecord } from '../domain/channels/channel-table.ts'
import type { EdgeOrigin } from '../domain/channels/protocol.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { secretOf } from '../state/memory.ts'
import { readPolicy } from '../state/policy.ts'
import { liveTable, tableGeneration } from '../state/table-halves.ts'

/** Origins that configuration knows; none before the first sync. */
export const knownOrigins = (): readonly EdgeOrigin[] => readPolicy()?.origins ?? []

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
  /** Known not to be unclear (`isUnclear`). */
  readonly isClear?: boolean
  /** Inferred session: the general entry names (`index.m3u8`, …) stand for the channel's entry. */
  readonly isInferred: boolean
}

/** A parsed channel record, with the route of its entry, which most requests are for. */
interface Known {
  readonly record: ChannelRecord
  readonly entry: Found
  /** Names of its entry under a pass, and its file name decoded. */
  readonly names: ReadonlySet<string>
  /** Those of them that are not a manifest's by their ending. */
  readonly oddNames: readonly string[]
  readonly decodedEntry: string
  /** Origins that the list names for it. */
  readonly named: readonly string[]
  /** All of its directory is its own, and no other channel's. */
  readonly isAlone: boolean
  /** Values of its address that no viewer is shown. */
  readonly own: readonly OwnValue[]
  /** What its seals are bound to. */
  readonly binding: ReturnType<typeof bindingOf>
  /** Seals of recent requests, verified. */
  readonly seals: Map<string, SealedPlace | null>
}

/** Cache of parsed records, emptied with every change of the channel table. */
const known = { generation: -1, channels: new Map<string, Known | null>() }
const MOST_KNOWN = 500
/** How often those that keep a folder look whether the table has changed. */
const LOOK_MS = 50
const MOST_SEALS = 32

/** What seals and archives begin with. */
const MARK = '@'

/** What doors of manifests serve. */
const MANIFEST = /\.(?:m3u8?|mpd)$/i

const OUTSIDE: Route = { ok: false, reason: 'path.outside' }

const readKnown = (table: NgxSharedDict<string>, channel: string): Known | null => {
  const text = table.get(channel)
  const record = text === undefined ? null : parseChannelRecord(text)
  if (record === null) return null
  const path = withQuery(record.base + record.entry, record.query)
  const origin = withLogin(record.origin, record.login)
  const entry: Found = { ok: true, origin, path, seal: null }
  const names = entryNamesUnderPass(record)
  return {
    record,
    entry,
    names,
    oddNames: [...names].filter((name) => name !== '' && !MANIFEST.test(name)),
    decodedEntry: decodePath(record.entry),
    named: originsNamed(record),
    isAlone: !record.isClosed && !record.isShared,
    own: ownValues(record.base + record.entry, record.query, record.login),
    binding: bindingOf(channel, record),
    seals: new Map(),
  }
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

/** Whether a channel is delivered as MPEG-TS, as far as is known. */
export const isStreamed = (channel: string): boolean => readChannel(channel)?.protocol === 'mpegts'

/** Whether the edge goes to an origin for a channel, where its manifests and redirections lead there. */
export const mayLeadTo = (channel: string, target: string): boolean => {
  const found = findKnown(channel)
  return found?.named.some((own) => mayGoTo(knownOrigins(), own, target)) ?? false
}

const withQuery = (path: string, query: string): string =>
  query === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${query}`

/** Whether a path of an origin belongs to another channel than the one asked for, and than the one in whose directory `named` lies, or is a directory of several. */
export const isOthers = (
  channel: string,
  asked: string,
  path: string,
  named: string | null = null,
): boolean => {
  const origin = withoutLogin(asked)
  const table = liveTable('channels')
  if (table === null) return true
  const get = (key: string): string | undefined => table.get(key)
  const owner = ownerOf(get, origin, path)
  if (owner === null) return path.endsWith('/') && isSharedFolder(get, origin, path)
  if (owner === channel) return false
  return named === null || owner !== ownerOf(get, origin, named)
}

const isEntryOf = (
  { record, names, decodedEntry }: Known,
  { rest, isInferred }: RouteRequest,
): boolean =>
  names.has(rest) ||
  (isInferred && isEntryBelowTicket(rest, record)) ||
  (rest.includes('%') && decodePath(rest) === decodedEntry)

const open = ({ binding, seals, own }: Known, text: string, name: string): SealedPlace | null => {
  const before = seals.get(text)
  if (before !== undefined) return (before?.name ?? name) === name ? before : null
  const sealed = openSeal(nginxCrypto, secretOf, { ...binding, name }, text)
  const opened = sealed === null ? null : { ...sealed, path: openPlace(sealed.path, own) }
  if (seals.size >= MOST_SEALS) seals.clear()
  // Invalid seals are not cached: a client could send any number of them.
  if (opened !== null) seals.set(text, opened)
  return opened
}

/** The place of `@/<seal>/<file>`; `null` where that is none. */
const placeOf = (channel: Known, rest: string): SealedPlace | null => {
  const end = rest.startsWith('@/') ? rest.indexOf('/', 2) : -1
  return end < 0 ? null : open(channel, rest.slice(2, end), decodePercent(rest.slice(end + 1)))
}

/** Route of an address from a rewritten manifest: `@/<seal>/<file>`. */
const findSealed = (channel: Known, { rest, args, channel: id }: RouteRequest): Route => {
  const place = placeOf(channel, rest)
  if (place === null) return OUTSIDE
  // A manifest might show what it is asked with.
  const isPlain = MANIFEST.test(rest)
  const withGiven = (text: string): string =>
    !isPlain && hasGiven(text) ? openGiven(nginxCrypto, secretOf, channel.binding, text) : text
  const path = sealedPath(place, withGiven(rest.slice(rest.indexOf('/', 2) + 1)))
  if (path === null) return OUTSIDE
  // What a manifest names may lie in another channel's directory; what lies below that and is a third one's was not named.
  const isOne = place.kind !== 'files' && place.kind !== 'tree'
  if (!isOne && isOwnScript(channel.record, place.origin, path)) return OUTSIDE
  if (!isOne && isOthers(id, place.origin, path, place.path)) return OUTSIDE
  const asked = withQuery(path, withGiven(addedTo(channel.record, place, rest, args)))
  return { ok: true, origin: place.origin, path: asked, seal: place.kind }
}

/** Route of a manifest that another one names as its `Location`; `null` for anything else. */
const findBeside = (channel: Known, { rest, args }: RouteRequest): Found | null => {
  const seal = sealBeside(rest)
  const place = seal === null ? null : open(channel, seal, BESIDE)
  if (place?.kind !== 'manifest') return null
  return { ok: true, origin: place.origin, path: withQuery(place.path, args), seal: 'manifest' }
}

/** What players resolve the references of a remote element with, of whose address this is the path below the channel; `null` for anything else. */
export const baseUnderSeal = (id: string, rest: string): ReferenceBase | null => {
  const channel = findKnown(id)
  const place = channel ? placeOf(channel, rest) : null
  return place === null ? null : remoteBase(place)
}

/** Its archive, where that lies elsewhere than in its directory: there nothing but what the list says opens. */
const findArchive = ({ record, entry }: Known, { rest, channel }: RouteRequest): Route => {
  const filled = record.archive === '' ? null : fillArchive(record.archive, rest)
  if (filled === null) return OUTSIDE
  const { origin, path, query } = filled.address
  const isHere = origin === record.origin
  if (filled.isFree && isHere && !path.startsWith(record.base)) return OUTSIDE
  if (isOthers(channel, origin, path)) return OUTSIDE
  return { ok: true, origin: isHere ? entry.origin : origin, path: path + query, seal: null }
}

/** Route of an address below the channel's own directory. */
const findOwn = (
  { record, entry }: Known,
  { rest, args, channel, isClear }: RouteRequest,
): Route => {
  if (isClear !== true && isUnclear(rest)) return OUTSIDE
  // The directory has other channels' files: only the entry is served from it, with any extension.
  if (record.isClosed && stemOf(decodePath(rest)) !== stemOf(decodePath(record.entry)))
    return OUTSIDE
  const path = record.base + rest
  if (record.isShared && isOthers(channel, record.origin, path)) return OUTSIDE
  return { ...entry, path: withQuery(path, args) }
}

/** The channel table as this context last saw it: folders of this `generation` hold until `lookAt`, Unix ms. */
export const folders = { generation: -1, lookAt: 0 }

/** A channel's folder; `null` where it has none of its own, or the table is not loaded. `now`: Unix ms. */
export const findFolder = (channel: string, now: number): Folder | null => {
  const found = findKnown(channel)
  if (found === undefined) return null
  folders.generation = known.generation
  folders.lookAt = now + LOOK_MS
  if (found?.isAlone !== true) return null
  const { record, entry, oddNames, own } = found
  return { origin: entry.origin, base: record.base, oddNames, own }
}

/** The origin's address of a request; `path.outside` where it does not belong to the channel. */
export const findRoute = (asked: RouteRequest): Route => {
  const channel = findKnown(asked.channel)
  if (channel === undefined) return { ok: false, reason: 'edge.not_ready' }
  if (channel === null) return { ok: false, reason: 'channel.unknown' }
  const { record, entry, isAlone, own } = channel
  const [args, rest] = [openArguments(asked.args, own), openPath(asked.rest, own)]
  // What a mark stood for is read anew.
  const isSame = args === asked.args && rest === asked.rest
  const question = isSame ? asked : { ...asked, args, rest, isClear: false }
  const beside = findBeside(channel, question)
  if (beside !== null) return beside
  if (rest.startsWith(MARK)) {
    if (rest.startsWith('@/')) return findSealed(channel, question)
    if (rest.startsWith(ARCHIVE_MARK)) return findArchive(channel, question)
  }
  if (!isEntryOf(channel, question)) {
    if (question.isClear !== true || !isAlone) return findOwn(channel, question)
    return { ...entry, path: withQuery(record.base + rest, args) }
  }
  if (args === '') return entry
  const query = record.query === '' ? args : `${record.query}&${args}`
  return { ...entry, path: withQuery(record.base + record.entry, query) }
}
