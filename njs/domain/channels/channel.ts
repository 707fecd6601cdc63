import type { Protocol } from '../types.ts'

/** What a request below a channel is for. */
export type PathKind = 'manifest' | 'segment' | 'stream'

/** A span of a channel's archive a path asks for; Unix seconds. */
export interface ArchiveSpan {
  readonly from: number | null
  readonly durationSec: number | null
}

/** A path below a channel, understood. */
export interface ChannelPath {
  readonly kind: PathKind
  readonly protocol: Protocol
  /** `null` = live. */
  readonly archive: ArchiveSpan | null
}

const CHANNEL_ID = /^[A-Za-z0-9_.-]{1,64}$/

/** Whether a text may name a channel; `.` and `..` may not, since players would resolve them away. */
export const isChannelId = (text: string): boolean =>
  CHANNEL_ID.test(text) && text !== '.' && text !== '..'

const STREAM =
  /^(?:stream\.ts|mpegts|mpegts\.ts|live\.ts|(?:timeshift_(?:abs|rel)|archive)-[\d-]+\.ts)$/
const SPAN = /^(?:index|archive|video|mono|timeshift|dvr|rewind)-(\d+)-(\d+|now)(?:\.|$)/
const ABSOLUTE = /^timeshift_abs(?:_mono|_video)?-(\d+)/
const RELATIVE = /^timeshift_rel(?:_mono|_video)?-(\d+)/

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const kindOf = (file: string): Pick<ChannelPath, 'kind' | 'protocol'> => {
  if (STREAM.test(file)) return { kind: 'stream', protocol: 'mpegts' }
  const dot = file.lastIndexOf('.')
  const extension = dot < 0 ? '' : file.slice(dot + 1).toLowerCase()
  if (extension === 'm3u8' || extension === 'm3u') return { kind: 'manifest', protocol: 'hls' }
  if (extension === 'mpd') return { kind: 'manifest', protocol: 'dash' }
  return { kind: 'segment', protocol: 'hls' }
}

const queryNumber = (query: string, name: string): number | null => {
  const found = new RegExp(`(?:^|&)${name}=(\\d{1,12})(?:&|$)`).exec(query)
  return found ? Number(found[1]) : null
}

const archiveOf = (file: string, query: string, nowSec: number): ArchiveSpan | null => {
  const span = SPAN.exec(file)
  if (span)
    return { from: Number(span[1]), durationSec: span[2] === 'now' ? null : Number(span[2]) }
  const absolute = ABSOLUTE.exec(file)
  if (absolute) return { from: Number(absolute[1]), durationSec: null }
  const relative = RELATIVE.exec(file)
  if (relative) return { from: nowSec - Number(relative[1]), durationSec: null }
  const utc = queryNumber(query, 'utc') ?? queryNumber(query, 'start')
  if (utc === null) return null
  const end = queryNumber(query, 'utcend') ?? queryNumber(query, 'end')
  const length = queryNumber(query, 'duration') ?? (end === null ? null : end - utc)
  return { from: utc, durationSec: length }
}

/** Reads the path after the channel, and its query, in the shapes of HLS, DASH, MPEG-TS and catch-up. */
export const describePath = (rest: string, query: string, nowSec: number): ChannelPath => {
  const file = lastPart(rest)
  const kind = kindOf(file)
  // Segments of an archive carry dates of all sorts; only what a player opens says what it asks for.
  const archive = kind.kind === 'segment' ? null : archiveOf(file, query, nowSec)
  return { ...kind, archive }
}

/** Splits an origin's own path (`/ch1/index.m3u8`, `/ch1.ts`, `/ch1/timeshift_abs-17.m3u8`) into channel and rest. */
export const channelOfPath = (path: string): { channel: string; rest: string } | null => {
  const parts = path.replace(/^\/+/, '').split('/')
  const first = parts[0] ?? ''
  if (parts.length > 1)
    return isChannelId(first) ? { channel: first, rest: parts.slice(1).join('/') } : null
  const found = /^(.+)\.(m3u8|ts|mpd)$/.exec(first)
  const channel = found?.[1] ?? first
  if (!isChannelId(channel)) return null
  return { channel, rest: universalEntry(found?.[2] ?? 'm3u8') }
}

/** The name every channel's entry answers to, whatever the origin calls it. */
export const universalEntry = (extension: string): string => {
  if (extension === 'ts') return 'stream.ts'
  return extension === 'mpd' ? 'manifest.mpd' : 'index.m3u8'
}

/** The universal entry name of a protocol. */
export const entryOfProtocol = (protocol: Protocol): string =>
  universalEntry(protocol === 'mpegts' ? 'ts' : protocol === 'dash' ? 'mpd' : 'm3u8')

const SECRET_ARGUMENTS: ReadonlySet<string> = new Set(
  'token ticket pass username password user auth key'.split(' '),
)

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? ''

/** The query of another server's viewer, for a log or an auth backend: without what might be a secret of his. */
export const stripSecrets = (query: string): string =>
  query
    .split('&')
    .filter((pair) => pair !== '' && !SECRET_ARGUMENTS.has(nameOf(pair).toLowerCase()))
    .join('&')

/** The query without the pair that was presented at the door, which is the first of its name; the rest is the origin's. */
export const withoutArgument = (query: string, name: string): string => {
  const pairs = query.split('&')
  const at = pairs.findIndex((pair) => nameOf(pair) === name)
  return at < 0 ? query : pairs.toSpliced(at, 1).join('&')
}

/** Entry names our lists use, whatever the origin calls its own. */
const GENERIC_ENTRIES = /^(index\.m3u8|playlist\.m3u8|manifest\.mpd|stream\.ts|mpegts)?$/

/** Whether a path means the channel's own entry, which may be of another protocol. */
export const isGenericEntry = (rest: string): boolean => GENERIC_ENTRIES.test(rest)
