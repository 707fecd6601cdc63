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

const told = (text: string, baseUrl: string | null = 'http://list.example/dir/l.m3u') => {
  const result = readPlaylistText(text, baseUrl === null ? {} : { baseUrl })
  if (!result.ok) throw new Error(`line ${result.problem.line}: ${result.problem.reason}`)
  const { entries, warnings } = result.playlist
  return [entries.map(({ name, tvgId, url }) => `${name} ${tvgId} ${url}`), warnings]
}

test('reads attributes that stand on a line of their own, below #EXTINF and #EXTM3U', () => {
  const text =
    '#EXTM3U\nurl-tvg="http://e/"\n#EXTINF:-1 tvg-id="a"\ntvg-name="A" group-title="G",A\nhttp://o/a\n'
  const { header, entries } = read(text)
  expect([header, entries[0]?.titles]).toEqual([[{ name: 'url-tvg', value: 'http://e/' }], ['G']])
  const why = 'attributes on a line of their own: read as part of the one before'
  expect(told(text)).toEqual([['A a http://o/a'], [`line 2: ${why}`, `line 4: ${why}`]])
})

test('a stray line between #EXTINF and its address takes neither from the other', () => {
  expect(told('#EXTM3U\n#EXTINF:-1 tvg-id="a",A\nstray words here\nhttp://o/a\n')).toEqual([
    ['A a http://o/a'],
    ['line 3: not read: neither a directive nor an address'],
  ])
})

test.each([
  '"http://o/a"',
  '`http://o/a`',
  '[http://o/a]',
  '(http://o/a)',
  '{http://o/a}',
  '&quot;http://o/a&quot;',
  "'http://o/a'",
  '<http://o/a>',
  '\u{200b}http://o/a\u{200e}',
  '\u{a0}http://o/a\u{3000}',
])('reads the address %s', (line) => {
  const [urls, warnings] = told(`#EXTM3U\n\u{feff}\u{200b}#EXTINF:-1 tvg-id="a",A\n${line}\n`)
  expect(urls).toEqual(['A a http://o/a'])
  expect(warnings).toHaveLength(/^["'<`[({&]/.test(line) ? 1 : 0)
})

test.each([
  'http:/o/b',
  'http//o/b',
  'https:o/b',
  'http.//o/b',
  'http：//o/b',
  'http&#58;//o/b',
  'http%3A%2F%2Fo%2Fb',
  'http:///b',
  'http://',
  '//http://o/b',
  '//#EXTINF:-1,B',
  'EXTINF:-1,B',
  '＃EXTINF:-1,B',
])('is told that %s is no address, and takes it for no file beside the list', (line) => {
  for (const base of ['http://list.example/', null]) {
    const [urls, warnings] = told(
      `#EXTM3U\n#EXTINF:-1,A\nhttp://o/a\n${line}\n#EXTINF:-1,C\nhttp://o/c\n`,
      base,
    )
    expect(urls).toEqual(['A  http://o/a', 'C  http://o/c'])
    expect(warnings).toEqual([expect.stringMatching(/^line 4: not read: /)])
  }
})

test.each([
  ['##EXTINF:-1,A', 'INF'],
  ['#EXT1NF:-1,A', 'INF'],
  ['#EXINF:-1,A', 'INF'],
  ['#EXTINF：-1,A', 'INF'],
  ['#EXTINF=-1,A', 'INF'],
  ['#EXTGRP=News', 'GRP'],
  ['#EXTGRP News', 'GRP'],
  ['# EXTGRP:News', 'GRP'],
])('%s is told as a comment', (line, kind) => {
  expect(told(`#EXTM3U\n${line}\n#EXTINF:-1,A\nhttp://o/a\n`)[1]).toEqual([
    `line 2: not read: a comment, for it is no #EXT${kind}:`,
  ])
})

test('comments and names of files that begin alike are none', () => {
  const text =
    '#EXTM3U\n# Info: all of it\n#EXTINF:-1,A\ninf-1.ts\n# Group News\n#EXTINF:-1,B\nextra/grp.ts\n'
  expect(told(text)[1]).toEqual([])
})

test('what is hardly an address is told: words, what follows a blank, and what no #EXTINF describes', () => {
  expect(
    told(
      '#EXTM3U\n#EXTINF:-1,My\nname\nhttp://o/a # main\n#EXTINF:-1,B\nhttp://o/b\nhttp://o/c\n',
    )[1],
  ).toEqual([
    'line 3: read as the name of a file beside the list',
    'line 4: read as part of the address: what follows a blank',
    'line 4: an address without #EXTINF: named after its file (and 1 more)',
  ])
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
    '#EXTM3U tvg-shift="1" x="1"\nhttp://o/a\n#EXTM3U tvg-shift="2" catchup="fs" x="2" y="1"\nhttp://o/b\n',
  )
  expect(header).toEqual([
    { name: 'tvg-shift', value: '1' },
    { name: 'x', value: '1' },
    { name: 'y', value: '1' },
  ])
  expect(warnings).toEqual([
    'line 3: not read: tvg-shift, catchup, x of an #EXTM3U below entries, which players pass over',
    'line 3: read: y of an #EXTM3U below entries, which players pass over',
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

test('reads a line of blanks and characters without width of 800 kB', () => {
  const blanks = ' \u{200b}'.repeat(100_000)
  expect(told(`#EXTM3U\n#EXTINF:-1,A\nhttp://o/a${blanks}é${blanks}\n`)[0]).toHaveLength(1)
})

test.each([
  [
    'tvg_id="a" group_title="G",N',
    ['tvg_id, which is no tvg-id', 'group_title, which is no group-title'],
  ],
  ['tvgid=a,N', ['tvgid, which is no tvg-id']],
  ['tvg-id="a",N http://o/lost', ['an address, which stands in the name']],
  ['tvg-id="a",N\u{2028}http://o/lost', ['an address, which stands in the name']],
])('tells what nobody reads in #EXTINF:-1 %s', (info, unread) => {
  const [, warnings] = told(`#EXTM3U\n#EXTINF:-1 ${info}\nhttp://o/b\n`)
  expect(warnings).toEqual(unread.map((it) => `line 2: not read: ${it}`))
})

test.each([
  ['=http://o/a', 'an address with something before it: read from its http:// on'],
  ['1. http://o/a', 'an address with something before it: read from its http:// on'],
  ['url=http://o/a', 'an address with something before it: read from its http:// on'],
  ['http://http://o/a', 'http:// stands twice: read once'],
])('reads %s from its address on', (line, why) => {
  expect(told(`#EXTM3U\n#EXTINF:-1,A\n${line}\n`)).toEqual([['A  http://o/a'], [`line 3: ${why}`]])
})

test.each([
  ['o.example/a.m3u8', 'an address without http://: read as the name of a file beside the list'],
  ['10.0.0.5:8080/a.ts', 'an address without http://: read as the name of a file beside the list'],
  ['localhost/a.ts', 'an address without http://: read as the name of a file beside the list'],
  ['http://o/a.m3u8http://o/b.m3u8', 'read as one address: there are two in it'],
  ['http://o/a.ts extra', 'read as part of the address: what follows a blank'],
  ['http://o/a.ts,', 'read as part of the address: , at its end'],
  ['http://o/a.ts?a=1&amp;b=2', 'an HTML entity in the address is taken as it stands'],
])('tells what is odd in the address %s', (line, why) => {
  expect(told(`#EXTM3U\n#EXTINF:-1,A\n${line}\n`)[1]).toEqual([`line 3: ${why}`])
})

test.each([
  'dir.d/a.m3u8',
  'a.m3u8',
  '/a/b.ts',
  'http://o/x/http://p/a.ts',
  'http://o/a?url=http://p/b',
])('finds nothing odd in the address %s', (line) => {
  expect(told(`#EXTM3U\n#EXTINF:-1,A\n${line}\n`)[1]).toEqual([])
})

test.each([
  ['#KODIPROP inputstream=x', 'a comment, for it is no #KODIPROP:'],
  ['#KODI-PROP:inputstream=x', 'a comment, for it is no #KODIPROP:'],
  ['#EXTVLCOP:http-user-agent=x', 'a comment, for it is no #EXTVLCOPT:'],
  ['#VLCOPT:http-user-agent=x', 'a comment, for it is no #EXTVLCOPT:'],
  ['#EXTHTTP {"a":"b"}', 'a comment, for it is no #EXTHTTP:'],
  ['#KODIPROP:inputstream', '#KODIPROP without a value'],
])('%s is told as what nobody reads', (line, why) => {
  expect(told(`#EXTM3U\n${line}\n#EXTINF:-1,A\nhttp://o/a\n`)[1]).toEqual([
    `line 2: not read: ${why}`,
  ])
})

test('a directive behind the last address is told, for it holds for nothing', () => {
  const behind = '#EXTVLCOPT:http-user-agent=x\n#KODIPROP:a=b\n'
  const why = 'not read: a directive behind the last address, for it holds for the entry below'
  expect(told(`#EXTM3U\n#EXTINF:-1,A\nhttp://o/a\n${behind}# the end\n`)[1]).toEqual([
    `line 4: ${why}`,
  ])
  expect(told('#EXTM3U\n#EXTINF:-1,A\nhttp://o/a\n# the end\n')[1]).toEqual([])
})

test.each([
  ['#EXTINF:-1,A\nhttp://o/a\n#EXTM3U tvg-shift="2" url-tvg="http://e/"\n', 3, [], 'below entries'],
  [
    '# mine\n#EXTM3U tvg-shift="2"\n#EXTINF:-1,A\nhttp://o/a\n',
    2,
    ['2'],
    'that is not the first line',
  ],
])('an #EXTM3U where players read none is told: %#', (text, line, shifts, where) => {
  const { header, warnings } = read(text)
  expect(header.filter(({ name }) => name === 'tvg-shift').map(({ value }) => value)).toEqual(
    shifts,
  )
  const verb = shifts.length > 0 ? 'read' : 'not read'
  expect(warnings).toContain(
    `line ${line}: ${verb}: tvg-shift of an #EXTM3U ${where}, which players pass over`,
  )
})

test('an #EXTM3U below entries does not stand for the one that is missing', () => {
  expect(read('#EXTINF:-1,A\nhttp://o/a\n#EXTM3U\n').warnings).toEqual([
    'line 1: #EXTM3U is missing',
  ])
})

test('directives in small letters are written as players know them', () => {
  const text =
    '#extm3u\n#extinf:-1,A\n#kodiprop:inputstream=x\n#extvlcopt:http-user-agent=y\nhttp://o/a\n'
  const [entry] = read(text).entries
  expect(entry?.info).toBe('#EXTINF:-1,A')
  expect(entry?.after).toEqual(['#KODIPROP:inputstream=x', '#EXTVLCOPT:http-user-agent=y'])
})

test('many lines that are odd in the same way leave room for others', () => {
  const many = '#EXTINF:-1 tvg-id=“a”,A\nhttp://o/a\n'.repeat(300)
  const { warnings } = read(`#EXTM3U\n${many}#EXTINF:-1 tvg-id=""b"",B\nhttp://o/b\n`)
  expect(warnings).toHaveLength(21)
  expect(warnings[19]).toBe('line 40: tvg-id: its quotes are typographic (and 280 more like this)')
  expect(warnings[20]).toBe('line 602: tvg-id: its quotes are doubled')
})
