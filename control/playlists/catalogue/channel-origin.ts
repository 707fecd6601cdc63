import { encodeLogin } from '#domain/addresses/resolve'
import type { Protocol } from '#domain/types'
import type { PlaylistEntry } from '../m3u/playlist.ts'
import type { ChannelOrigin } from './channel.ts'
import { isPanelEntry } from './panel-entry.ts'

export type OriginResult =
  | { readonly ok: true; readonly origin: ChannelOrigin }
  | { readonly ok: false; readonly reason: string }

const byExtension: Readonly<Record<string, Protocol>> = {
  m3u8: 'hls',
  m3u: 'hls',
  mpd: 'dash',
  ts: 'mpegts',
  mpegts: 'mpegts',
}
const vodExtension = /\.(?:mp4|mkv|avi|mov|m4v|webm|flv|mp3|m4a)$/i
const vodDirective = /^#EXT-X-PLAYLIST-TYPE:\s*VOD\s*$/i

/** Words in `#KODIPROP` and in queries such as `output=hls` that name the protocol. */
const protocolWords: readonly (readonly [RegExp, Protocol])[] = [
  [/manifest_type=hls|mimetype=application\/(?:x-mpegurl|vnd\.apple\.mpegurl)/i, 'hls'],
  [/manifest_type=(?:mpd|dash)|mimetype=application\/dash\+xml/i, 'dash'],
  [/mimetype=video\/mp2t/i, 'mpegts'],
]
const queryWords: readonly (readonly [RegExp, Protocol])[] = [
  [/(?:^|&)(?:output|format|type|ext)=(?:m3u8|hls)(?:&|$)/i, 'hls'],
  [/(?:^|&)(?:output|format|type|ext)=(?:mpd|dash)(?:&|$)/i, 'dash'],
]

const firstMatch = (
  words: readonly (readonly [RegExp, Protocol])[],
  text: string,
): Protocol | undefined => words.find(([pattern]) => pattern.test(text))?.[1]

/** By file name, then by what directives or the query say; `null` where nothing does. */
const protocolOf = (file: string, query: string, item: PlaylistEntry): Protocol | null => {
  const extension = /\.([a-z0-9]+)$/i.exec(file)?.[1]?.toLowerCase() ?? ''
  const directives = [...item.before, ...item.after].filter((line) => /^#KODIPROP:/i.test(line))
  return (
    byExtension[extension] ??
    (file === 'mpegts' ? 'mpegts' : undefined) ??
    firstMatch(protocolWords, directives.join('\n')) ??
    firstMatch(queryWords, query) ??
    null
  )
}

const isVod = (file: string, item: PlaylistEntry): boolean =>
  item.duration > 0 ||
  vodExtension.test(file) ||
  [...item.before, ...item.after].some((line) => vodDirective.test(line))

/** Names as they are looked up, and addresses. */
const isHost = /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[.+\])$/

/** Takes an entry's address apart as the edge needs it; addresses nginx cannot fetch are refused. */
export const readOrigin = (item: PlaylistEntry): OriginResult => {
  const url = URL.canParse(item.url) ? new URL(item.url) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
    return { ok: false, reason: 'only http and https addresses can be served' }
  if (!isHost.test(url.hostname)) return { ok: false, reason: 'its host is no name' }
  const slash = url.pathname.lastIndexOf('/') + 1
  const file = url.pathname.slice(slash)
  const query = url.search.slice(1)
  const protocol = protocolOf(file, query, item)
  const vod = isVod(file, item)
  const base = url.pathname.slice(0, slash)
  const login = encodeLogin(`${url.username}:${url.password}`)
  return {
    ok: true,
    origin: {
      origin: url.origin,
      ...(login === '' ? {} : { login }),
      base,
      entry: file,
      query,
      // A panel streams MPEG-TS where no extension asks for something else, and may count a question as a screen.
      protocol: protocol ?? 'mpegts',
      isUnsure: protocol === null && !vodExtension.test(file) && !isPanelEntry(base, file),
      isVod: vod,
    },
  }
}

/** File names that are the same in every stream's folder. */
const COMMON =
  /^(?:|index|mono|video|manifest|master|playlist|chunklist|stream|live|mpegts|tracks|archive|timeshift|dvr)(?:[-_.]|$)/i

/** What the origin calls the stream: the folder around a common entry (`/ort/index.m3u8`), else the file (`/hls/ort.m3u8`). */
export const streamName = ({ base, entry }: Pick<ChannelOrigin, 'base' | 'entry'>): string => {
  const folder = base.split('/').findLast((part) => part !== '')
  return folder !== undefined && COMMON.test(entry) ? folder : entry.replace(/\.[^.]*$/, '')
}
