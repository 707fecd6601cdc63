import { ARCHIVE_MARK, placeholdersOf } from '#domain/addresses/archive'
import { entryOfProtocol } from '#domain/channels/channel'
import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'
import type { Channel } from './channel.ts'

/**
 * Where a channel's archive lies. `player`: players build its addresses from the channel's own. `below`: in the channel's directory. `elsewhere`:
 * at an address that edges know and no list shows. `unusable`: nowhere a session gets.
 */
export type Archive =
  | { readonly kind: 'player' }
  | { readonly kind: 'below'; readonly path: string }
  | { readonly kind: 'elsewhere'; readonly path: string; readonly template: string }
  | { readonly kind: 'unusable'; readonly problem: string }

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

const locate = (channel: Channel, source: string): Archive => {
  const rooted = /^\/(?!\/)/.test(source) ? channel.origin + source : source
  const parts = splitSource(rooted.startsWith('//') ? `http:${rooted}` : rooted)
  if (parts === null)
    return /^[a-z][a-z0-9+.-]*:\/\//i.test(rooted)
      ? { kind: 'unusable', problem: 'its catchup-source is no address of http: it is left out' }
      : { kind: 'player' }
  const { origin, path, tail } = parts
  if (origin === channel.origin && path.startsWith(channel.base))
    return { kind: 'below', path: path.slice(channel.base.length) + tail }
  const placeholders = placeholdersOf(path + tail)
  const values = placeholders.map((it) => `${it}/`).join('')
  return {
    kind: 'elsewhere',
    path: `${ARCHIVE_MARK}${values}${nameOf(channel, path, placeholders)}`,
    template: origin + path + tail,
  }
}

/** Reads an entry's archive. */
export const archiveOf = (channel: Channel): Archive => {
  const { info } = channel.item
  if (info === null || !/catchup/i.test(info)) return { kind: 'player' }
  const { attributes } = parseInfoLine(info)
  const source = attributeOf(attributes, 'catchup-source').trim()
  if (source !== '') return locate(channel, source)
  const mode = attributeOf(attributes, 'catchup') || attributeOf(attributes, 'catchup-type')
  if (mode.toLowerCase() !== 'xc') return { kind: 'player' }
  const made = xtreamSource(channel)
  return made === null
    ? {
        kind: 'unusable',
        problem: 'catchup="xc" builds addresses outside the channel; give it a catchup-source',
      }
    : locate(channel, made)
}

/** The address of an archive that lies elsewhere, for the channel table; empty where there is none. */
export const archiveTemplate = (channel: Channel): string => {
  const archive = archiveOf(channel)
  return archive.kind === 'elsewhere' ? archive.template : ''
}
