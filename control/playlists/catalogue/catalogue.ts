import { attributeOf, parseInfoLine } from '../m3u/info-line.ts'
import type { Playlist, PlaylistEntry } from '../m3u/playlist.ts'
import type { Channel, ChannelOrigin } from './channel.ts'
import { assignChannelIds } from './channel-ids.ts'
import { readOrigin, streamName } from './channel-origin.ts'
import { cleanHeader, withDefaults } from './list-header.ts'
import { openLines, passwordsOf, withoutLogins } from './logins.ts'
import { isClosedDirectory, sharedDirectories } from './ownership.ts'
import { yieldEvery } from './yield-to-event-loop.ts'

/** A source's list under its name. */
export interface NamedPlaylist {
  readonly source: string
  readonly playlist: Playlist
  /** Channels get their ids from the folder in the address, where no other channel shares it. */
  readonly isIdByAddress?: boolean
}

/** All channels of all sources, in order. */
export interface Catalogue {
  readonly channels: readonly Channel[]
  readonly playlists: ReadonlyMap<string, Playlist>
  readonly warnings: readonly string[]
}

const warningLimit = 50

const logoIn = ({ info }: PlaylistEntry): string =>
  attributeOf(parseInfoLine(info ?? '').attributes, 'tvg-logo')

/** The logo that went with the logins of an entry. */
const hiddenLogo = (written: PlaylistEntry, open: PlaylistEntry): { hiddenLogo?: string } => {
  const logo = written.info === open.info ? '' : logoIn(written)
  return logo === '' || logo === logoIn(open) ? {} : { hiddenLogo: logo }
}

/** Turns lists into channels with ids unique over all of them; what the edge cannot fetch is left out and named. */
export const buildCatalogue = async (lists: readonly NamedPlaylist[]): Promise<Catalogue> => {
  const found: (Pick<Channel, 'source' | 'item' | 'hiddenLogo'> & {
    readonly origin: ChannelOrigin
  })[] = []
  const wanted: PlaylistEntry[] = []
  const warnings: string[] = []
  const playlists = new Map<string, Playlist>()
  for (const { source, playlist, isIdByAddress } of lists) {
    for (const warning of playlist.warnings) warnings.push(`${source} ${warning}`)
    const { header, defaults, problems } = cleanHeader(playlist)
    for (const problem of problems) warnings.push(`${source}: ${problem}`)
    const passwords = passwordsOf(playlist.entries)
    playlists.set(source, { ...playlist, header, ...openLines(playlist, passwords) })
    let secrets = 0
    for (const [index, written] of playlist.entries.entries()) {
      await yieldEvery(index)
      const item = defaults.length === 0 ? written : withDefaults(written, defaults)
      const result = readOrigin(item)
      const where = `${source} line ${item.line}: ${item.name}`
      if (!result.ok) warnings.push(`${where} is left out: ${result.reason}`)
      else {
        if (result.warning) warnings.push(`${where}: ${result.warning}`)
        const open = withoutLogins(item, passwords)
        if (open !== item) secrets += 1
        found.push({ source, item: open, origin: result.origin, ...hiddenLogo(item, open) })
        wanted.push(isIdByAddress ? { ...item, tvgId: streamName(result.origin) } : item)
      }
    }
    if (secrets > 0)
      warnings.push(
        `${source}: ${secrets} entries hold a login of the provider beside their address (logo, #KODIPROP, #EXTVLCOPT, …): it is left out of the lists`,
      )
  }
  const ids = await assignChannelIds(wanted)
  const shared = sharedDirectories(found.map(({ origin }) => origin))
  const channels = found.map(({ item, origin, ...rest }, index) => {
    const { name, titles } = item
    const isClosed = isClosedDirectory(origin, shared)
    return { id: ids[index] ?? '', name, titles, item, isClosed, ...rest, ...origin }
  })
  const more = warnings.length - warningLimit
  return {
    channels,
    playlists,
    warnings: more > 0 ? [...warnings.slice(0, warningLimit), `and ${more} more`] : warnings,
  }
}
