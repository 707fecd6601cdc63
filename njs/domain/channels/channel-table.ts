import type { Protocol } from '../types.ts'

/** A channel as an edge needs it. */
export interface ChannelRecord {
  /** `http://127.0.0.1:9000` */
  readonly origin: string
  /** The directory its files lie in, with both slashes: `/hls/ch1/`. Percent-encoded as the origin wants it. */
  readonly base: string
  /** `index.m3u8` */
  readonly entry: string
  /** Query of the entry, without `?`. */
  readonly query: string
  readonly protocol: Protocol
  /** Another channel shares the directory or lies inside it. */
  readonly isShared: boolean
  /** Its directory holds others' files too, listed or not: nothing there opens but the entry and what manifests name. */
  readonly isClosed: boolean
  readonly isVod: boolean
  /** Ids of the groups that contain it. */
  readonly groups: readonly string[]
  /** Ids of the groups that leave it out for the time being. */
  readonly surgedFrom: readonly string[]
}

const PROTOCOLS: readonly Protocol[] = ['hls', 'dash', 'mpegts']

const escape = (text: string): string =>
  text.replace(/[|,%]/g, (found) => (found === '|' ? '%7C' : found === ',' ? '%2C' : '%25'))

const unescape = (text: string): string =>
  text.includes('%')
    ? text.replace(/%(7C|2C|25)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    : text

const list = (text: string): string[] => (text === '' ? [] : text.split(',').map(unescape))

/** One value of the channel table. */
export const formatChannelRecord = (record: ChannelRecord): string =>
  [
    escape(record.origin),
    escape(record.base),
    escape(record.entry),
    escape(record.query),
    record.protocol,
    (record.isShared ? 's' : '') + (record.isVod ? 'v' : '') + (record.isClosed ? 'c' : ''),
    record.groups.map(escape).join(','),
    record.surgedFrom.map(escape).join(','),
  ].join('|')

/** Reads one value of the channel table; `null` where it is damaged. */
export const parseChannelRecord = (text: string): ChannelRecord | null => {
  const fields = text.split('|')
  const protocol = PROTOCOLS.find((it) => it === fields[4])
  if (fields.length !== 8 || protocol === undefined) return null
  const flags = fields[5] ?? ''
  return {
    origin: unescape(fields[0] ?? ''),
    base: unescape(fields[1] ?? ''),
    entry: unescape(fields[2] ?? ''),
    query: unescape(fields[3] ?? ''),
    protocol,
    isShared: flags.includes('s'),
    isVod: flags.includes('v'),
    isClosed: flags.includes('c'),
    groups: list(fields[6] ?? ''),
    surgedFrom: list(fields[7] ?? ''),
  }
}

/** Key under which the owner of an entry's stem, an entry file or a directory (with its slash) stands; the path is decoded. */
export const ownerKey = (origin: string, path: string): string => `=${origin}|${path}`

/** Owner of what several channels share: nobody is refused there. */
export const SHARED_OWNER = '*'

/** A file's path without its extension, with a dot instead: one stream goes by `7.m3u8` and by `7.ts`. */
export const stemOf = (path: string): string => {
  const dot = path.lastIndexOf('.')
  return dot > path.lastIndexOf('/') ? path.slice(0, dot + 1) : `${path}.`
}

/** A path as origins understand it, whichever of its characters are escaped. */
export const decodePath = (path: string): string => {
  if (!path.includes('%')) return path
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part)
    } catch {
      return part
    }
  }
  return path.split('/').map(decode).join('/')
}

const ownerExactly = (
  get: (key: string) => string | undefined,
  origin: string,
  path: string,
): string | undefined => {
  let owner = get(ownerKey(origin, path)) ?? get(ownerKey(origin, stemOf(path)))
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
    owner ??= get(ownerKey(origin, path.slice(0, at + 1)))
  return owner
}

/**
 * The channel a path of an origin belongs to: that of the entry file or its stem, else of the deepest owned directory; `null` = anybody's.
 * Where letters differ from an owner's in case alone it is his: some origins make no difference, and the table has such keys for them.
 */
export const ownerOf = (
  get: (key: string) => string | undefined,
  origin: string,
  path: string,
): string | null => {
  const plain = decodePath(path)
  const lower = plain.toLowerCase()
  const exact = ownerExactly(get, origin, plain)
  const owner = lower === plain || exact !== undefined ? exact : ownerExactly(get, origin, lower)
  return owner === undefined || owner === SHARED_OWNER ? null : owner
}
