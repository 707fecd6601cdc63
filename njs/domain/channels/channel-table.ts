import type { Protocol } from '../types.ts'

/** A channel in the table of an edge. */
export interface ChannelRecord {
  /** `http://127.0.0.1:9000` */
  readonly origin: string
  /** Login that its origin is asked with, in base64 (`loginOf`); empty where the list names none. */
  readonly login: string
  /** Directory of its files, with leading and trailing slash: `/hls/ch1/`; percent-encoded as the origin expects it. */
  readonly base: string
  /** `index.m3u8` */
  readonly entry: string
  /** Query of the entry, without `?`. */
  readonly query: string
  readonly protocol: Protocol
  /** Another channel shares the directory or lies inside it. */
  readonly isShared: boolean
  /** The directory also has files of other channels: only the entry and what its manifests name is served from there. */
  readonly isClosed: boolean
  readonly isVod: boolean
  /** Control asks its origin which protocol it is; `protocol` is a guess. */
  readonly isUnsure: boolean
  /** Address of its archive where that lies elsewhere, with the placeholders of `archive.ts`; empty where there is none. */
  readonly archive: string
  /** Ids of the groups that contain it. */
  readonly groups: readonly string[]
  /** Ids of the groups whose active surge profile leaves it out. */
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

const flagsOf = ({ isShared, isVod, isClosed, isUnsure }: ChannelRecord): string =>
  (isShared ? 's' : '') + (isVod ? 'v' : '') + (isClosed ? 'c' : '') + (isUnsure ? 'u' : '')

/** A channel as a value of the table: fields separated by `|`. */
export const formatChannelRecord = (record: ChannelRecord): string =>
  [
    escape(record.origin),
    escape(record.base),
    escape(record.entry),
    escape(record.query),
    record.protocol,
    flagsOf(record),
    record.groups.map(escape).join(','),
    record.surgedFrom.map(escape).join(','),
    // An edge that knows no archives takes the record without one.
    ...(record.archive === '' && record.login === '' ? [] : [escape(record.archive)]),
    ...(record.login === '' ? [] : [record.login]),
  ].join('|')

/** Parses a value of the table; `null` where it is damaged. */
export const parseChannelRecord = (text: string): ChannelRecord | null => {
  const fields = text.split('|')
  const protocol = PROTOCOLS.find((it) => it === fields[4])
  if (fields.length < 8 || fields.length > 10 || protocol === undefined) return null
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
    isUnsure: flags.includes('u'),
    archive: unescape(fields[8] ?? ''),
    login: fields[9] ?? '',
    groups: list(fields[6] ?? ''),
    surgedFrom: list(fields[7] ?? ''),
  }
}

/** Numbers of channels, as apps of the Xtream kind call them, have ten digits and fit in 31 bits. */
export const isStreamNumber = (text: string): boolean => /^[12][0-9]{9}$/.test(text)

/** The key under which the table has the path, with query, of a channel's archive below it, in the placeholders of `archive-times.ts`. */
export const archiveKey = (channel: string): string => `~${channel}`

/** The key under which the table has the seconds that a channel's archive lies behind the clock, where it does. */
export const archiveDelayKey = (channel: string): string => `^${channel}`

/** The key under which the table names the channel of a number. */
export const streamNumberKey = (number: number | string): string => `#${number}`
