import { expect, test } from 'vitest'
import { buildCatalogue } from '../../../../control/playlists/catalogue/catalogue.ts'
import { renderList } from '../../../../control/playlists/lists/render-list.ts'
import { readPlaylistText } from '../../../../control/playlists/m3u/reader.ts'

/** Bytes of a part of a line; where the time grows with their square, it is minutes. */
const LONG = 500_000

const long = (unit: string): string => unit.repeat(LONG / unit.length)

test.each([
  ['a picture in its own address', `tvg-logo="data:image/png;base64,${long('A')}",A`],
  ['a picture without quotes', `tvg-logo=data:image/png;base64,${long('A')} tvg-id="a",A`],
  ['what looks like attributes in a name', `tvg-id="a",${long('tvg-id=')}`],
  ['what nearly does', `tvg-id="a" tvg-name=${long('tvg-')},A`],
  ['addresses run together in a name', `tvg-id="a",${long('://')}`],
])('an entry with 500 kB of %s is read, cleaned and written', async (_, info) => {
  const text = `#EXTM3U\n#EXTINF:-1 ${info}\nhttp://o/a/index.m3u8?x=${long('://')}\n`
  const result = readPlaylistText(text)
  if (!result.ok) throw new Error(result.problem.reason)
  const address = 'http://user:passw0rd99@o/l.m3u'
  const { channels, playlists } = await buildCatalogue([
    { source: 'main', playlist: result.playlist, address },
  ])
  const list = await renderList(channels, [...playlists.values()])
  expect(list.channels).toBe(1)
})
