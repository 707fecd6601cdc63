import { looksSecret } from '#domain/addresses/address-logins'
import { ARCHIVE_MARK, placeholdersOf } from '#domain/addresses/archive'
import { fillTimes } from '#domain/addresses/archive-times'
import { ownValues } from '#domain/addresses/own-arguments'
import { decodePath, stemOf } from '#domain/addresses/owners'
import { entryOfProtocol } from '#domain/channels/channel'
import { showsLogin } from '../logins/without-logins.ts'
import { attributeOf, minutesOf, parseInfoLine } from '../m3u/info-line.ts'
import type { Channel } from './channel.ts'

/**
 * Where a channel's archive lies. `player`: players build its addresses from the channel's own. `below`: in the channel's directory. `elsewhere`:
 * at an address that edges know and no list shows, for its place or a login in it. `unusable`: nowhere a session gets.
 */
export type ArchivePlace =
  | { readonly kind: 'player' }
  | { readonly kind: 'below'; readonly path: string }
  | { readonly kind: 'elsewhere'; readonly path: string; readonly template: string }
  | { readonly kind: 'unusable'; readonly problem: string }

/** Stands for every span where only the names of placeholders matter. */
const SPAN = { start: 0, durationSec: 0, now: 0 }

const OTHERS_FILES =
  'its archive is named by no time in a directory with files of other channels: it is left out'

const absolute = /^(https?:\/\/)(?:[^/?#@]*@)?([^/?#{}]+)(\/[^?#]*)?(\?[^#]*)?/i

/** What of an archive address belongs to the channel's origin; the rest is kept as a template. */
const splitSource = (source: string): { origin: string; path: string; tail: string } | null => {
  const found = absolute.exec(source)
  const start = `${found?.[1] ?? ''}${found?.[2] ?? ''}`
  if (!found || !URL.canParse(start)) return null
  return { origin: new URL(start).origin, path: found[3] ?? '/', tail: found[4] ?? '' }
}

/** What Kodi and others make of `catchup="xc"`: the panel's archive of the address, in minutes and its own clock. */
const xtreamSource = ({ origin, base, entry }: Channel): string | null => {
  const login = /^\/(?:live\/)?([^/]+\/[^/]+)\/$/.exec(base)?.[1]
  const file = /^([^/.]+)(?:\.(m3u8?|ts))?$/.exec(entry)
  if (login === undefined || !file) return null
  const extension = file[2] === undefined || file[2] === 'ts' ? 'ts' : 'm3u8'
  const time = '{duration:60}/{Y}-{m}-{d}:{H}-{M}'
  return `${origin}/timeshift/${login}/${time}/${file[1] ?? ''}.${extension}`
}

/** The name an archive is asked for by: what it is, and which span of it, as `describePath` reads them. */
const nameOf = (channel: Channel, path: string, placeholders: readonly string[]): string => {
  const isDollar = placeholders.some((it) => it.startsWith('$'))
  const span = isDollar ? '${start}-${duration}' : '{utc}-{duration}'
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''
  if (/^(?:mp4|mkv|avi|mov|m4v|webm|flv|mp3|m4a)$/.test(extension)) return `archive.${extension}`
  const known = /^(?:m3u8?|mpd|ts)$/.test(extension)
    ? extension
    : (entryOfProtocol(channel.protocol).split('.')[1] ?? 'ts')
  return `${known === 'ts' ? 'archive' : 'index'}-${span}.${known}`
}

/** An address of the origin as a template, which the edge fills: no session asks for it by its path. */
const elsewhere = (channel: Channel, origin: string, path: string, tail = ''): ArchivePlace => {
  const placeholders = placeholdersOf(path + tail)
  const values = placeholders.map((it) => `${it}/`).join('')
  return {
    kind: 'elsewhere',
    path: `${ARCHIVE_MARK}${values}${nameOf(channel, path, placeholders)}`,
    template: origin + path + tail,
  }
}

/** Whether a session reaches a path in its channel's directory: where others' files lie there too, nothing but its entry under any extension. */
const isReached = ({ isClosed, base, entry }: Channel, path: string): boolean =>
  !isClosed || stemOf(decodePath(path)) === stemOf(decodePath(base + entry))

/** Whether what is below the channel's directory holds a login, or what its own address has in arguments: lists would show it. */
const isSecret = (channel: Channel, rest: string): boolean => {
  const { base, entry, query, origin } = channel
  const own = new Set(ownValues(base + entry, query).map(({ text }) => text))
  return showsLogin(`${origin}/${rest}`, own) || rest.split(/[/?&=]/).some(looksSecret)
}

const locate = (channel: Channel, source: string): ArchivePlace => {
  const rooted = /^\/(?!\/)/.test(source) ? channel.origin + source : source
  const parts = splitSource(rooted.startsWith('//') ? `http:${rooted}` : rooted)
  if (parts === null)
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(rooted)
      ? { kind: 'unusable', problem: 'its catchup-source is no address of http: it is left out' }
      : { kind: 'player' }
  const { origin, path, tail } = parts
  const isBelow = origin === channel.origin && path.startsWith(channel.base)
  const rest = path.slice(channel.base.length) + tail
  const isOpen = isBelow && isReached(channel, path)
  if (isOpen && !isSecret(channel, rest)) return { kind: 'below', path: rest }
  if (isBelow && !isOpen && fillTimes(path + tail, SPAN) === null)
    return { kind: 'unusable', problem: OTHERS_FILES }
  return elsewhere(channel, origin, path, tail)
}

/** How a channel's archive is asked for at its origin: the values of Kodi's `catchup`. */
type ArchiveForm = 'flussonic' | 'shift' | 'append' | 'default' | 'xc'

/** A channel's archive, as its entry says. */
export interface Archive {
  readonly place: ArchivePlace
  /** Days it reaches back, at least 1. */
  readonly days: number
  /** Path and query below the channel for a span, in the placeholders of `archive-times.ts`; empty where it cannot be asked for by time. */
  readonly asked: string
}

const FORMS: Readonly<Record<string, ArchiveForm>> = {
  flussonic: 'flussonic',
  'flussonic-hls': 'flussonic',
  'flussonic-ts': 'flussonic',
  fs: 'flussonic',
  shift: 'shift',
  timeshift: 'shift',
  append: 'append',
  default: 'default',
  vod: 'default',
  xc: 'xc',
}

/** Days where an entry names none. */
const DEFAULT_DAYS = 7

/** Flussonic's names for a span (flussonic.com/doc/dvr/dvr-playback). */
const flussonicName = ({ entry, protocol, isClosed }: Channel): string => {
  if (protocol === 'mpegts') return 'archive-{utc}-{duration}.ts'
  // In a directory of several channels each has the name of its own entry.
  const track = (isClosed ? /^([^.]+)\.m3u8$/ : /^(video|mono)\.m3u8$/).exec(entry)?.[1]
  return `${track ?? 'index'}-{utc}-{duration}.m3u8`
}

const askedOf = (
  channel: Channel,
  form: ArchiveForm | undefined,
  source: string,
  place: ArchivePlace,
): string => {
  if (place.kind === 'below' || place.kind === 'elsewhere') return place.path
  const entry = entryOfProtocol(channel.protocol)
  if (place.kind === 'unusable' || form === undefined) return ''
  if (form === 'flussonic') return flussonicName(channel)
  if (form === 'shift') return `${entry}?utc={utc}&lutc={lutc}`
  if (form !== 'append' || source === '') return ''
  return /^[?&]/.test(source) ? `${entry}?${source.slice(1)}` : channel.entry + source
}

const placeOf = (channel: Channel, form: ArchiveForm | undefined, source: string): ArchivePlace => {
  const { origin, base, entry, isClosed } = channel
  const isAppended = form === 'append' && isClosed && /^[^?&]/.test(source)
  if (isAppended) return locate(channel, origin + base + entry + source)
  if (source !== '') return locate(channel, source)
  // What players make of the entry's name leads to files that are not only this channel's.
  if (form === 'flussonic' && isClosed)
    return elsewhere(channel, origin, base + flussonicName(channel))
  if (form !== 'xc') return { kind: 'player' }
  const made = xtreamSource(channel)
  return made === null
    ? {
        kind: 'unusable',
        problem: 'catchup="xc" builds addresses outside the channel; give it a catchup-source',
      }
    : locate(channel, made)
}

/** Reads an entry's archive; `null` where it names none. Lists that give days alone mean the form `shift`. */
export const archiveOf = (channel: Channel): Archive | null => {
  const { info } = channel.item
  if (info === null || !/catchup|timeshift|tvg-rec/i.test(info)) return null
  const { attributes } = parseInfoLine(info)
  const source = attributeOf(attributes, 'catchup-source').trim()
  const named = (
    attributeOf(attributes, 'catchup') || attributeOf(attributes, 'catchup-type')
  ).toLowerCase()
  const days = ['catchup-days', 'timeshift', 'tvg-rec']
    .map((name) => Number.parseFloat(attributeOf(attributes, name)))
    .find((value) => value > 0)
  if (source === '' && named === '' && days === undefined) return null
  const form = named === '' && source === '' ? 'shift' : FORMS[named]
  const place = placeOf(channel, form, source)
  const asked = askedOf(channel, form, source, place)
  return {
    place,
    days: Math.ceil(days ?? DEFAULT_DAYS),
    asked: fillTimes(asked, SPAN) === null ? '' : asked,
  }
}

/** Minutes that a channel's archive lies behind the clock: `tvg-shift` and `catchup-correction` together, as Kodi's IPTV Simple takes them off a start. */
export const archiveDelayMin = ({ item: { info } }: Pick<Channel, 'item'>): number =>
  minutesOf(info, 'tvg-shift') + minutesOf(info, 'catchup-correction')

/** Days a channel's archive reaches back for those who ask by time; 0 where none can be asked for. */
export const archiveDays = (channel: Channel): number => {
  const archive = archiveOf(channel)
  return archive === null || archive.asked === '' ? 0 : archive.days
}
