import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { renderList } from '../../../../control/playlists/lists/render-list.ts'
import { PlaylistReader } from '../../../../control/playlists/m3u/reader.ts'
import { appListText } from '../channels.ts'

/** What viewers get of a source's list, and what its operator is told. */
export const shown = async (text: string, address?: string) => {
  const reader = new PlaylistReader()
  reader.push(Buffer.from(text))
  const read = reader.finish()
  if (!read.ok) throw new Error(read.problem.reason)
  const { channels, playlists, warnings } = await buildCatalogue([
    { source: 's', playlist: read.playlist, address },
  ])
  const list = await renderList(channels, [...playlists.values()])
  const rows = await appListText('live-streams', { offered: channels, numbers: new Map() })
  return { list: list.text, rows, warnings: warnings.join('\n') }
}
