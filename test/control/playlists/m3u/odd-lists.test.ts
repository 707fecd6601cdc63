import { expect, test } from 'vitest'
import type { Playlist, ReadResult } from '../../../../control/playlists/m3u/playlist.ts'
import { PlaylistReader, readPlaylistText } from '../../../../control/playlists/m3u/reader.ts'

const read = (text: string): Playlist => {
  const result = readPlaylistText(text)
  if (!result.ok) throw new Error(`line ${result.problem.line}: ${result.problem.reason}`)
  return result.playlist
}

const readPieces = (pieces: readonly Uint8Array[]): ReadResult => {
  const reader = new PlaylistReader()
  for (const piece of pieces) reader.push(piece)
  return reader.finish()
}

test('leaves out a stray line that entries follow, and says so', () => {
  const playlist = read(
    '#EXTM3U\n#EXTINF:-1,A\nhttp://o/a\nUpdated on Monday\n#EXTINF:-1,B\nwww.example b.ts\n#EXTINF:-1,C\nhttp://o/c\n',
  )
  expect(playlist.entries.map(({ name }) => name)).toEqual(['A', 'C'])
  expect(playlist.warnings).toEqual([
    'line 4: not read: neither a directive nor an address',
    'line 6: not read: neither a directive nor an address',
    'line 5: an entry without an address is left out',
  ])
  const strays = 'so it\nis\nwith\npoems\n'
  expect(readPlaylistText(`#EXTM3U\nhttp://o/a\n${strays}http://o/b\n`)).toMatchObject({
    problem: { line: 3 },
  })
})

test('reads two lines that stand in one, and says so', () => {
  const playlist = read('#EXTM3U#EXTINF:-1 tvg-id="a",A\nhttp://o/a#EXTINF:-1,B\nhttp://o/b#x\n')
  expect(playlist.entries.map(({ name, url }) => [name, url])).toEqual([
    ['A', 'http://o/a'],
    ['B', 'http://o/b#x'],
  ])
  expect(playlist.warnings.map((it) => it.slice(0, 7))).toEqual(['line 1:', 'line 2:'])
})

test.each(['#EXTM3U8 tvg-shift="2"', '#EXTM3Utvg-shift="2"', '#extm3u tvg-shift=2'])(
  'takes %s for the header',
  (line) => {
    const { header } = read(`${line}\nhttp://o/a\n`)
    expect(header).toEqual([{ name: 'tvg-shift', value: '2' }])
  },
)

test('takes defaults from the first #EXTM3U alone, and says what it passes over', () => {
  const { header, warnings } = read(
    '#EXTM3U tvg-shift="1"\nhttp://o/a\n#EXTM3U tvg-shift="2" catchup="fs"\nhttp://o/b\n',
  )
  expect(header).toEqual([{ name: 'tvg-shift', value: '1' }])
  expect(warnings).toEqual([
    'line 3: not read: tvg-shift, catchup of another #EXTM3U, which players pass over',
  ])
})

test.each(['utf-16le', 'utf-16be'])('reads %s with its mark, in pieces of any length', (kind) => {
  const bytes = Buffer.from('\u{feff}#EXTM3U\r\n#EXTINF:-1,Ж🎬\r\nhttp://o/a\r\n', 'utf16le')
  if (kind === 'utf-16be') bytes.swap16()
  for (const size of [2, 3, 7, 1000]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    )
    expect(readPieces(pieces)).toMatchObject({
      playlist: { entries: [{ name: 'Ж🎬', url: 'http://o/a' }], warnings: [] },
    })
  }
})
