import { openId, openLines, withoutLogins } from '../logins/without-logins.ts'
import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'
import type { Playlist, PlaylistEntry } from '../m3u/playlist.ts'
import { Warnings } from '../m3u/warnings.ts'
import type { Channel, ChannelOrigin } from './channel.ts'
import { assignChannelIds } from './channel-ids.ts'
import { readOrigin, streamName } from './channel-origin.ts'
import { passwordsOf } from './known-logins.ts'
import { cleanHeader, withDefaults } from './list-header.ts'
import { isClosedDirectory, sharedDirectories } from './ownership.ts'
import { mapInTurns, yieldEvery } from './yield-to-event-loop.ts'

/** A source's list under its name. */
export interface NamedPlaylist {
  readonly source: string
  readonly playlist: Playlist
  /** Where it was fetched from; a login in it is one of the provider's. */
  readonly address?: string | undefined
  /** Channels get their ids from the folder in the address, where no other channel shares it. */
  readonly isIdByAddress?: boolean
}

/** All channels of all sources, in order. */
export interface Catalogue {
  readonly channels: readonly Channel[]
  readonly playlists: ReadonlyMap<string, Playlist>
  readonly warnings: readonly string[]
}

const attributeIn = ({ info }: PlaylistEntry, name: string): string =>
  attributeOf(parseInfoLine(info ?? '').attributes, name)

const logoIn = (item: PlaylistEntry): string => attributeIn(item, 'tvg-logo')

/** Whether the address of an entry's archive went with its logins. */
const losesArchive = (written: PlaylistEntry, open: PlaylistEntry): boolean =>
  written.info !== open.info &&
  attributeIn(written, 'catchup-source') !== '' &&
  attributeIn(open, 'catchup-source') === ''

/** The logo that went with the logins of an entry. */
const hiddenLogo = (written: PlaylistEntry, open: PlaylistEntry): { hiddenLogo?: string } => {
  const logo = written.info === open.info ? '' : logoIn(written)
  return logo === '' || logo === logoIn(open) ? {} : { hiddenLogo: logo }
}

const archivesLost = (source: string, lost: readonly string[]): string[] =>
  lost.length === 0
    ? []
    : [
        `${source}: ${lost.length} archives are not offered, as their catchup-source holds a login of the provider: write the whole address, with catchup="default", which stays at the edge (${lost.slice(0, 3).join(', ')}${lost.length > 3 ? ', …' : ''})`,
      ]

/** Turns lists into channels with ids unique over all of them; what the edge cannot fetch is left out and named. */
export const buildCatalogue = async (lists: readonly NamedPlaylist[]): Promise<Catalogue> => {
  const found: (Pick<Channel, 'source' | 'item' | 'hiddenLogo'> & {
    readonly origin: ChannelOrigin
  })[] = []
  const wanted: PlaylistEntry[] = []
  const warnings = new Warnings()
  const playlists = new Map<string, Playlist>()
  for (const { source, playlist, address, isIdByAddress } of lists) {
    for (const warning of playlist.warnings) warnings.take(`${source} ${warning}`)
    const passwords = await passwordsOf(playlist.entries, address)
    const { header, defaults, problems } = cleanHeader(playlist.header, passwords)
    for (const problem of problems) warnings.add(source, problem)
    playlists.set(source, { ...playlist, header, ...openLines(playlist, passwords) })
    let secrets = 0
    const lost: string[] = []
    for (const [index, written] of playlist.entries.entries()) {
      await yieldEvery(index)
      const item = defaults.length === 0 ? written : withDefaults(written, defaults)
      const result = readOrigin(item)
      const where = `${source} line ${item.line}`
      if (!result.ok)
        warnings.add(where, `${item.name} is left out: ${result.reason}`, result.reason)
      else {
        const open = withoutLogins(item, passwords)
        if (open !== item) secrets += 1
        if (losesArchive(item, open)) lost.push(`line ${item.line}: ${item.name}`)
        found.push({ source, item: open, origin: result.origin, ...hiddenLogo(item, open) })
        const id = isIdByAddress ? streamName(result.origin) : item.tvgId
        wanted.push({ ...open, tvgId: openId(id, passwords) })
      }
    }
    for (const it of archivesLost(source, lost)) warnings.take(it)
    if (secrets > 0)
      warnings.take(
        `${source}: ${secrets} entries hold a login of the provider beside their address (logo, #KODIPROP, #EXTVLCOPT, …): it is left out of the lists`,
      )
  }
  const ids = await assignChannelIds(wanted)
  const shared = await sharedDirectories(found.map(({ origin }) => origin))
  let index = -1
  const channels = await mapInTurns(found, ({ item, origin, ...rest }) => {
    index += 1
    const { name, titles } = item
    const isClosed = isClosedDirectory(origin, shared)
    return { id: ids[index] ?? '', name, titles, item, isClosed, ...rest, ...origin }
  })
  return { channels, playlists, warnings: warnings.list() }
}
