import { buildCatalogue, type Catalogue } from '../../../control/playlists/catalogue/catalogue.ts'
import type { Channel } from '../../../control/playlists/catalogue/channel.ts'
import type { Selection } from '../../../control/playlists/lists/selection.ts'
import type { Playlist } from '../../../control/playlists/m3u/playlist.ts'
import { readPlaylistText } from '../../../control/playlists/m3u/reader.ts'
import { renderAppList } from '../../../control/playlists/xtream/app-lists.ts'

/** The list in a text; throws where it is refused. */
export const playlistOf = (text: string): Playlist => {
  const result = readPlaylistText(text)
  if (!result.ok) throw new Error(`line ${result.problem.line}: ${result.problem.reason}`)
  return result.playlist
}

/** Channels of one source named `main`. */
export const catalogueOf = (text: string): Promise<Catalogue> =>
  buildCatalogue([{ source: 'main', playlist: playlistOf(text) }])

/** An entry's two lines. */
export const entry = (name: string, url: string, attributes = ''): string =>
  `#EXTINF:-1${attributes && ` ${attributes}`},${name}\n${url}\n`

export const channelsOf = async (...entries: string[]): Promise<readonly Channel[]> =>
  (await catalogueOf(`#EXTM3U\n${entries.join('')}`)).channels

/** A selection with what is given, empty else. */
export const select = (given: Partial<Selection> = {}): Selection => ({
  titles: [],
  ids: [],
  names: [],
  patterns: [],
  exclude: [],
  order: [],
  sources: [],
  ...given,
})

/** {@link renderAppList} in one piece. */
export const appListText = async (...asked: Parameters<typeof renderAppList>): Promise<string> => {
  const pieces: string[] = []
  for await (const piece of renderAppList(...asked)) pieces.push(piece)
  return pieces.join('')
}
