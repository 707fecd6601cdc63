import type { Answer } from './answer.ts'
import { CHANNELS, type DemoChannel, guide, logoOf, sourcePlaylist } from './channels.ts'
import { type Media, RENDITIONS, type Rendition, TRACKS } from './media-files.ts'
import type { Mp4Clip } from './mp4-clip.ts'
import {
  ARCHIVE,
  dashManifest,
  isKept,
  type Listing,
  liveListing,
  MASTER,
  mediaPlaylist,
  recordedListing,
} from './timeline.ts'

const HLS = 'application/vnd.apple.mpegurl'
const DASH = 'application/dash+xml'

/** Answers a path of the origin at a time; `null` is 404. `base` is the origin's own address. */
export function answerFor(
  path: string,
  now: number,
  origin: { media: Media; base: string },
): Answer | null {
  if (path === '/health') return { type: 'text/plain', body: 'ok\n', maxAge: 0 }
  if (path === '/playlist.m3u') {
    return { type: 'audio/x-mpegurl', body: sourcePlaylist(origin.base), maxAge: 60 }
  }
  if (path === '/epg.xml') return { type: 'application/xml', body: guide(now), maxAge: 600 }
  const [, first = '', ...rest] = path.split('/')
  if (first === 'logo') return logoAnswer(rest.join('/'))
  const channel = CHANNELS.find((it) => it.id === first)
  return channel === undefined ? null : channelAnswer(channel, rest, { now, media: origin.media })
}

function logoAnswer(name: string): Answer | null {
  const channel = CHANNELS.find((it) => `${it.id}.png` === name)
  if (channel === undefined) return null
  return { type: 'image/png', body: logoOf(channel), maxAge: 86_400 }
}

interface Moment {
  readonly now: number
  readonly media: Media
}

function channelAnswer(channel: DemoChannel, rest: readonly string[], at: Moment): Answer | null {
  const [name = '', inner] = rest
  if (channel.delivery === 'master') return masterAnswer(rest, at)
  if (channel.delivery === 'fmp4') return mp4Answer(rest, at)
  if (channel.delivery === 'mpegts' || inner !== undefined) return null
  if (channel.delivery === 'archive') return filmAnswer(name, at.media)
  const stretch = recorded(name, at.now)
  if (stretch !== null) return list(mediaPlaylist(stretch, 'ts'))
  return liveAnswer(name, 'both', at)
}

function masterAnswer(rest: readonly string[], at: Moment): Answer | null {
  const [name, inner] = rest
  if (name === 'index.m3u8' && inner === undefined) return list(MASTER)
  const rendition = RENDITIONS.find((it) => it === name && it !== 'both')
  if (rendition === undefined || inner === undefined || rest.length > 2) return null
  return liveAnswer(inner, rendition, at)
}

function filmAnswer(name: string, media: Media): Answer | null {
  if (name === 'index.m3u8') return list(mediaPlaylist(ARCHIVE, 'ts'))
  const index = indexOf(name, 'ts')
  return index === null || index >= ARCHIVE.count ? null : segment(media, 'both', index)
}

function liveAnswer(name: string, rendition: Rendition, { now, media }: Moment): Answer | null {
  if (name === 'index.m3u8') return list(mediaPlaylist(liveListing(now), 'ts'))
  const index = indexOf(name, 'ts')
  return index === null || !isKept(index, now) ? null : segment(media, rendition, index)
}

function segment(media: Media, rendition: Rendition, index: number): Answer {
  return { type: 'video/mp2t', body: media.ts[rendition].segment(index), maxAge: 3600 }
}

/** fMP4, listed by HLS in one track with the sound and by DASH in two. */
function mp4Answer(rest: readonly string[], { now, media }: Moment): Answer | null {
  const [name = '', inner] = rest
  const track = TRACKS.find((it) => it === name)
  if (track !== undefined && rest.length === 2) return mp4Part(media.dash[track], inner ?? '', now)
  if (inner !== undefined) return null
  if (name === 'index.m3u8') return list(mediaPlaylist(liveListing(now), 'm4s'))
  if (name === 'index.mpd') return { type: DASH, body: dashManifest(now), maxAge: 1 }
  return mp4Part(media.fmp4, name, now)
}

function mp4Part(clip: Mp4Clip, name: string, now: number): Answer | null {
  if (name === 'init.mp4') return { type: 'video/mp4', body: clip.init, maxAge: 3600 }
  const index = indexOf(name, 'm4s')
  if (index === null || !isKept(index, now)) return null
  return { type: 'video/iso.segment', body: clip.segment(index), maxAge: 3600 }
}

function list(body: string): Answer {
  return { type: HLS, body, maxAge: 1 }
}

/** The past in Flussonic's names: `archive-<from>-<seconds>.m3u8` is a recorded stretch, `timeshift_rel-<seconds>.m3u8` what was live that long ago (Kodi asks so). */
function recorded(name: string, now: number): Listing | null {
  const ago = /^timeshift_rel-(\d{1,5})\.m3u8$/.exec(name)
  if (ago !== null) {
    const listing = liveListing(now - Number(ago[1]) * 1000)
    return isKept(listing.first, now) ? listing : null
  }
  const found = /^(?:archive|index)-(\d{1,12})-(\d{1,6}|now)\.m3u8$/.exec(name)
  if (found === null) return null
  const from = Number(found[1])
  const seconds = found[2] === 'now' ? now / 1000 - from : Number(found[2])
  return recordedListing(from, Math.min(seconds, 86_400), now)
}

function indexOf(name: string, type: string): number | null {
  const found = /^(0|[1-9]\d{0,11})\.(ts|m4s)$/.exec(name)
  return found === null || found[2] !== type ? null : Number(found[1])
}
