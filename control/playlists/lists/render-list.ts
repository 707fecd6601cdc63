import { createHash } from 'node:crypto'
import { entryOfProtocol, UNTYPED_ENTRY } from '#domain/channels/channel'
import { archiveDelayMin, archiveOf } from '../catalogue/archive.ts'
import type { Channel } from '../catalogue/channel.ts'
import { yieldEvery } from '../catalogue/yield-to-event-loop.ts'
import { attributeOf, infoLineOf, parseInfoLine, withAttribute } from '../m3u/info-line.ts'
import { formatAttribute } from '../m3u/plain-line.ts'
import type { Attribute, Playlist, PlaylistEntry } from '../m3u/playlist.ts'
import { guideIdOf, shiftOf } from './guide-id.ts'
import {
  logoOf,
  pictureLine,
  picturesPlaceholder,
  type SealPicture,
  sealNone,
  withPictures,
} from './pictures.ts'

/** Stands where the edge puts `scheme://host/live/<ticket>`. */
export const placeholder = '@@'

/** Stands where the edge puts the address of the guide with the viewer's ticket. */
export const guidePlaceholder = '@guide@'

/** A group's list as edges fetch it; `@@` stands for scheme, host and the ticket's path. */
export interface RenderedList {
  /** Hash of the text. */
  readonly version: string
  readonly text: string
  readonly channels: number
  /** What is on it, in its order. */
  readonly offered: readonly Channel[]
}

export interface RenderOptions {
  /** Number the channels from 1 in `tvg-chno`. */
  readonly renumber?: boolean
  /** There is a guide of ours: it is named in place of the sources' own, and channels are called as it calls them. */
  readonly hasGuide?: boolean
  /** Names pictures that come through the edge; none do where it is not set. */
  readonly sealPicture?: SealPicture
}

const extgrpLine = /^#EXTGRP:/i

/** Lines that are put together at once. */
const PART_LINES = 2000

const isArmed = (text: string): boolean =>
  [placeholder, guidePlaceholder, picturesPlaceholder].some((mark) => text.includes(mark))

/** Text of the source must not contain the placeholder, or a hostile list would have tickets put into its own addresses. */
const disarm = (text: string): string =>
  isArmed(text) ? text.replace(/@(?=@|guide@|pictures@)/g, '%40') : text

const disarmInfo = (line: string): string => {
  if (!isArmed(line)) return line
  const { comma } = parseInfoLine(line)
  return disarm(line.slice(0, comma)) + line.slice(comma).replace(/@(?=@|guide@|pictures@)/g, '@ ')
}

const isExtgrp = (line: string): boolean => extgrpLine.test(line)

const hasExtgrp = ({ before, after }: PlaylistEntry): boolean =>
  before.some(isExtgrp) || after.some(isExtgrp)

/** Header attributes of all sources: EPG addresses side by side under both names, of others the first. */
const mergeHeaders = (playlists: readonly Playlist[], hasGuide: boolean): Attribute[] => {
  const merged = new Map<string, Attribute>()
  const guides = new Set<string>()
  for (const { header } of playlists)
    for (const { name, value } of header) {
      const key = name.toLowerCase()
      if (key === 'url-tvg' || key === 'x-tvg-url')
        for (const guide of value.split(',')) guides.add(guide.trim())
      else if (!merged.has(key)) merged.set(key, { name, value })
    }
  guides.delete('')
  const value = hasGuide ? guidePlaceholder : [...guides].map(disarm).join(',')
  const both = value === '' ? [] : ['url-tvg', 'x-tvg-url'].map((name) => ({ name, value }))
  return [...both, ...merged.values()]
}

const isGuide = ({ name }: Attribute): boolean => name === 'url-tvg' || name === 'x-tvg-url'

const headerLines = (playlists: readonly Playlist[], hasGuide: boolean): string[] => {
  const attributes = mergeHeaders(playlists, hasGuide).map((it) =>
    isGuide(it) ? ` ${formatAttribute(it)}` : ` ${disarm(formatAttribute(it))}`,
  )
  const directives = new Set(
    playlists.flatMap((playlist) =>
      playlist.directives.map((line) => (/^#EXTENC:/i.test(line) ? '#EXTENC:UTF-8' : disarm(line))),
    ),
  )
  return [`#EXTM3U${attributes.join('')}`, ...directives]
}

/** The file name a player sees; Flussonic's `mpegts` stays, since players build archive addresses from it. */
const entryName = ({ protocol, entry, isUnsure, isLearned }: Channel): string => {
  if (isUnsure && isLearned === undefined) return UNTYPED_ENTRY
  return protocol === 'mpegts' && entry === 'mpegts' ? 'mpegts' : entryOfProtocol(protocol)
}

/** The archive's address below the channel; one that lies elsewhere is asked for in the same way by all players. */
const withArchive = (info: string, channel: Channel): string => {
  const archive = archiveOf(channel)?.place ?? null
  if (archive === null || archive.kind === 'player') return info
  if (archive.kind === 'unusable') return withAttribute(info, 'catchup-source', '')
  const source = `${placeholder}/${channel.id}/${disarm(archive.path)}`
  const mode = attributeOf(parseInfoLine(info).attributes, 'catchup').toLowerCase()
  // Forms in which a player makes the address of the entry's own.
  const isMade =
    mode === 'xc' || (archive.kind === 'elsewhere' && /^(?:append|flussonic|fs)/.test(mode))
  const made = isMade ? withAttribute(info, 'catchup', 'default') : info
  return withAttribute(made, 'catchup-source', source)
}

/**
 * The entry under the id it has in the guide; what shifted it is done there. Players ask an archive by the times from before the shift (Kodi's IPTV Simple
 * takes `tvg-shift` and `catchup-correction` off together), so the shift moves into the correction.
 */
const inGuide = (info: string, channel: Channel): string => {
  const id = guideIdOf(channel)
  const named = id === channel.item.tvgId ? info : withAttribute(info, 'tvg-id', id)
  if (shiftOf(channel) === 0) return named
  const correction = String(archiveDelayMin(channel) / 60)
  const corrected =
    archiveOf(channel) === null ? named : withAttribute(named, 'catchup-correction', correction)
  return withAttribute(corrected, 'tvg-shift', '0')
}

/** What is the same for every entry of a list. */
interface EntryOptions {
  readonly usesExtgrp: boolean
  readonly hasGuide: boolean
  readonly sealPicture: SealPicture
}

const infoOf = (
  channel: Channel,
  number: number | null,
  { hasGuide, sealPicture }: EntryOptions,
): string => {
  const { item } = channel
  let info = withPictures(disarmInfo(item.info ?? infoLineOf(item.name)), sealPicture)
  const logo = channel.hiddenLogo === undefined ? '' : logoOf(channel, sealPicture)
  if (logo !== '') info = withAttribute(info, 'tvg-logo', logo)
  if (item.isTitledByExtgrp)
    info = withAttribute(info, 'group-title', disarm(item.titles.join(';')))
  if (hasGuide) info = inGuide(info, channel)
  if (number !== null) info = withAttribute(info, 'tvg-chno', String(number))
  return withArchive(info, channel)
}

/** An entry's lines. Where a list uses `#EXTGRP`, each entry names its own, which are the groups that it has: one would else run on to the next, and another be added to them. */
const entryLines = (channel: Channel, number: number | null, options: EntryOptions): string[] => {
  const { item } = channel
  const { usesExtgrp, sealPicture } = options
  const shown = (line: string): string => pictureLine(disarm(line), sealPicture)
  const lines = (written: readonly string[]): string[] =>
    written.filter((line) => !isExtgrp(line)).map(shown)
  return [
    ...lines(item.before),
    infoOf(channel, number, options),
    ...lines(item.after),
    ...(usesExtgrp ? [`#EXTGRP:${disarm(item.titles.join(';')).replaceAll('"', "'")}`] : []),
    `${placeholder}/${channel.id}/${entryName(channel)}${disarm(item.suffix)}`,
  ]
}

/** Renders a group's channels, in the order given, under the headers of the lists they came from. */
export const renderList = async (
  channels: readonly Channel[],
  playlists: readonly Playlist[],
  options: RenderOptions = {},
): Promise<RenderedList> => {
  const usesExtgrp = channels.some(({ item }) => hasExtgrp(item))
  const { renumber = false, hasGuide = false, sealPicture = sealNone } = options
  const parts: string[] = []
  const hash = createHash('sha256')
  let lines = headerLines(playlists, hasGuide)
  const flush = (): void => {
    const part = `${lines.join('\n')}\n`
    hash.update(part)
    parts.push(part)
    lines = []
  }
  for (const [index, channel] of channels.entries()) {
    await yieldEvery(index)
    const number = renumber ? index + 1 : null
    const entry = { usesExtgrp, hasGuide, sealPicture }
    for (const line of entryLines(channel, number, entry)) lines.push(line)
    if (lines.length > PART_LINES) flush()
  }
  for (const { trailing } of playlists) for (const line of trailing) lines.push(disarm(line))
  if (lines.length > 0) flush()
  const version = hash.digest('base64url').slice(0, 16)
  const text = parts.join('')
  return { version, text, channels: channels.length, offered: channels }
}
