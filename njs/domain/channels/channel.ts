import type { Protocol } from '../types.ts'

/** What a request below a channel fetches. */
export type PathKind = 'manifest' | 'segment' | 'stream'

/** A requested span of a channel's archive; `from` is Unix seconds. */
export interface ArchiveSpan {
  readonly from: number | null
  readonly durationSec: number | null
}

/** A parsed path below a channel. */
export interface ChannelPath {
  readonly kind: PathKind
  readonly protocol: Protocol
  /** `null` = live. */
  readonly archive: ArchiveSpan | null
}

const CHANNEL_ID = /^[A-Za-z0-9_.-]{1,64}$/

/** Whether a text is a valid channel id; `.` and `..` are not, since clients resolve them as path segments. */
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
  // Most paths have no query, and an expression made for each argument costs 10 µs in QuickJS.
  if (query === '') return null
  const utc = queryNumber(query, 'utc') ?? queryNumber(query, 'start')
  if (utc === null) return null
  const end = queryNumber(query, 'utcend') ?? queryNumber(query, 'end')
  const length = queryNumber(query, 'duration') ?? (end === null ? null : end - utc)
  return { from: utc, durationSec: length }
}

/** Kind and protocol of the path after a channel, whatever part of its archive it asks for. */
export const kindOfPath = (rest: string): Pick<ChannelPath, 'kind' | 'protocol'> =>
  kindOf(lastPart(rest))

/**
 * Parses the path after the channel and its query: HLS, DASH, MPEG-TS, and catch-up addresses in the forms of Flussonic (`index-<utc>-<seconds>.m3u8`,
 * `timeshift_abs-<utc>`, `timeshift_rel-<seconds>`: flussonic.com/doc/dvr/dvr-playback) and of players (`?utc=`, `?start=`).
 */
export const describePath = (rest: string, query: string, nowSec: number): ChannelPath => {
  const kind = kindOfPath(rest)
  // Names of segments have dates of many forms: only a manifest or stream says which span is requested.
  const archive = kind.kind === 'segment' ? null : archiveOf(lastPart(rest), query, nowSec)
  return { ...kind, archive }
}

/** Splits a path as an origin has it (`/ch1/index.m3u8`, `/ch1.ts`, `/ch1/timeshift_abs-17.m3u8`) into channel and rest; `null` where it names no channel. */
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

/** The entry name in Gatehouse's own addresses for an extension, whatever name the origin uses. */
export const universalEntry = (extension: string): string => {
  if (extension === 'ts') return 'stream.ts'
  return extension === 'mpd' ? 'manifest.mpd' : 'index.m3u8'
}

/** The universal entry name of a protocol. */
export const entryOfProtocol = (protocol: Protocol): string =>
  universalEntry(protocol === 'mpegts' ? 'ts' : protocol === 'dash' ? 'mpd' : 'm3u8')

/** The name of a channel's entry under a pass: its own, unless nothing in that says that it is a manifest. */
export const entryUnderPass = ({
  entry,
  protocol,
}: {
  readonly entry: string
  readonly protocol: Protocol
}): string =>
  protocol === 'mpegts' || kindOf(entry).kind === 'manifest' ? entry : entryOfProtocol(protocol)

const UNSURE = ['hls', 'dash'] as const

/** Under which names its entry is asked for under a pass: any protocol's, where control learns it from the origin. */
export const entryNamesUnderPass = (channel: {
  readonly entry: string
  readonly protocol: Protocol
  readonly isUnsure: boolean
}): Set<string> => {
  const names = new Set(['', channel.entry, entryUnderPass(channel)])
  if (channel.isUnsure) for (const protocol of UNSURE) names.add(entryOfProtocol(protocol))
  return names
}

const SECRET_ARGUMENTS: ReadonlySet<string> = new Set(
  'token ticket pass username password user auth key'.split(' '),
)

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? ''

/** A query without arguments that may hold a secret (`token`, `password`, `key`, …): for logs and auth backends. */
export const stripSecrets = (query: string): string =>
  query
    .split('&')
    .filter((pair) => pair !== '' && !SECRET_ARGUMENTS.has(nameOf(pair).toLowerCase()))
    .join('&')

/** The query without the first argument of this name, which was the viewer's credential; the rest is passed to the origin. */
export const withoutArgument = (query: string, name: string): string => {
  const pairs = query.split('&')
  const at = pairs.findIndex((pair) => nameOf(pair) === name)
  return at < 0 ? query : pairs.toSpliced(at, 1).join('&')
}

/**
 * The entry name of a channel nobody has said the protocol of: players that go by the ending of an address look at what is there instead. Not an empty one:
 * ffmpeg takes the last slash of an address off before it looks for files beside it.
 */
export const UNTYPED_ENTRY = 'play'

/** Whether a path below a channel names its entry and no protocol. */
export const isUntypedEntry = (rest: string): boolean => rest === '' || rest === UNTYPED_ENTRY

/** Entry names in Gatehouse's own playlists, whatever name the origin uses. */
const GENERIC_ENTRIES = /^(play|index\.m3u8|playlist\.m3u8|manifest\.mpd|stream\.ts|mpegts)?$/

/** Whether a path below a channel names its entry in general: the entry's own name and protocol may differ. */
export const isGenericEntry = (rest: string): boolean => GENERIC_ENTRIES.test(rest)

/** Whether a path below a ticket stands for a channel's entry, also by the name it had when it was taken for MPEG-TS. */
export const isEntryBelowTicket = (
  rest: string,
  { protocol, entry }: { readonly protocol: Protocol; readonly entry: string },
): boolean =>
  rest === UNTYPED_ENTRY ||
  rest === entryOfProtocol(protocol) ||
  (rest === entryOfProtocol('mpegts') && /(?:\.ts|mpegts)$/i.test(entry))
