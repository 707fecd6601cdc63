import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributeOf, parseInfoLine } from '../../../../control/playlists/m3u/info-line.ts'
import type { Playlist, ReadResult } from '../../../../control/playlists/m3u/playlist.ts'
import {
  PlaylistReader,
  readPlaylist,
  readPlaylistText,
} from '../../../../control/playlists/m3u/reader.ts'

const read = (text: string): Playlist => {
  const result = readPlaylistText(text)
  if (!result.ok) throw new Error(`line ${result.problem.line}: ${result.problem.reason}`)
  return result.playlist
}

const readBytes = (...chunks: Uint8Array[]): ReadResult => {
  const reader = new PlaylistReader()
  for (const chunk of chunks) reader.push(chunk)
  return reader.finish()
}

const everything = readFileSync(
  new URL('../../../vectors/playlists/everything.m3u', import.meta.url),
  'utf8',
)

describe('reading a list', () => {
  it.each(['# EXTINF:-1,N', '#EXTINFO:-1,N', '#EXT-INF:-1,N', '#EXTINF;-1 tvg-id="q",N'])(
    'says what players take for a comment: %s',
    (line) => {
      const { entries, warnings } = read(`#EXTM3U\n${line}\nhttp://h/1\n`)
      expect(entries.map(({ name, tvgId }) => [name, tvgId])).toEqual([['1', '']])
      expect(warnings).toEqual(['line 2: not read: a comment, for it is no #EXTINF:'])
    },
  )

  it('keeps every attribute, directive, remark and suffix', () => {
    const playlist = read(everything)
    expect(playlist.warnings).toEqual(['line 13: tvg-name: there are quotes in it'])
    expect(playlist.header.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'x-tvg-url=http://epg.example/one.xml.gz',
      'tvg-shift=3',
      'm3u-autoload=1',
      'refresh=3600',
    ])
    expect(playlist.directives).toEqual(['#PLAYLIST:Everything, and more'])
    const [one, two, three, four, film] = playlist.entries
    expect(one).toMatchObject({
      line: 9,
      name: 'News One',
      tvgId: 'news.one',
      titles: ['News', 'All'],
      isTitledByExtgrp: false,
      suffix: '|User-Agent=Foo%20Bar&Referer=http://ref.example/',
      url: 'http://origin.example:9000/news/index.m3u8',
    })
    expect(one?.after).toHaveLength(5)
    expect(two).toMatchObject({ name: 'News, "Two", HD', titles: ['News'] })
    expect(two?.before).toHaveLength(2)
    expect(attributeOf(parseInfoLine(two?.info ?? '').attributes, 'tvg-name')).toBe(
      "The 'Second' News",
    )
    expect(three).toMatchObject({ name: 'Третий канал', titles: ['Эфир'], isTitledByExtgrp: true })
    expect(four).toMatchObject({ titles: ['Эфир'], isTitledByExtgrp: true })
    expect(film).toMatchObject({ titles: ['Films'], duration: 5400 })
    expect(playlist.trailing).toEqual(['# the end'])
  })

  it.each([
    ['BOM', `\u{feff}${everything}`],
    ['CRLF', everything.replaceAll('\n', '\r\n')],
    ['old Macintosh line ends', everything.replaceAll('\n', '\r')],
    ['trailing blanks', everything.replaceAll('\n', ' \t\n')],
    ['no newline at the end', everything.trimEnd()],
  ])('reads the same through %s', (_, text) => {
    expect(read(text)).toEqual(read(everything))
  })

  it('reads Latin-1 names, and the encoding #EXTENC names, line by line', () => {
    const latin = Buffer.from('#EXTM3U\n#EXTINF:-1,Télé Bleu\nhttp://o/a/i.m3u8\n', 'latin1')
    expect(readBytes(latin)).toMatchObject({ playlist: { entries: [{ name: 'Télé Bleu' }] } })
    const quoted = [0x93, 0x4b, 0xfc, 0x63, 0x68, 0x65, 0x94, 0x20, 0x80, 0x81]
    for (const label of ['', '#EXTENC: ISO-8859-1\n', '#EXTENC: cp1252\n']) {
      const bytes = [Buffer.from(`${label}#EXTINF:-1,`), Buffer.from(quoted)]
      const western = Buffer.concat([...bytes, Buffer.from('\nhttp://o/a/i.m3u8\n')])
      expect(readBytes(western)).toMatchObject({
        playlist: { entries: [{ name: '“Küche” €\u{81}' }] },
      })
    }
    const cyrillic = [0xcf, 0xe5, 0xf0, 0xe2, 0xfb, 0xe9]
    const windows = Buffer.concat([
      Buffer.from('#EXTM3U\n#EXTENC: windows-1251\n#EXTINF:-1,'),
      Buffer.from(cyrillic),
      Buffer.from('\nhttp://o/a/i.m3u8\n'),
    ])
    expect(readBytes(windows)).toMatchObject({ playlist: { entries: [{ name: 'Первый' }] } })
  })

  it('warns of a missing #EXTM3U and of an entry without an address, and reads the rest', () => {
    const playlist = read(
      '#EXTINF:-1,Lost\n#EXTINF:-1,Found\nhttp://o/a/i.m3u8\n#EXTINF:-1,Cut off\n',
    )
    expect(playlist.entries.map(({ name }) => name)).toEqual(['Found'])
    expect(playlist.warnings).toEqual([
      'line 1: #EXTM3U is missing',
      'line 1: an entry without an address is left out',
      'line 4: an entry without an address is left out',
    ])
  })

  it('names a bare address after its file', () => {
    expect(read('http://o/a/news.m3u8?t=1\n').entries[0]).toMatchObject({
      name: 'news.m3u8',
      info: null,
    })
  })

  it('joins the guides of several #EXTM3U lines', () => {
    const text = '#EXTM3U url-tvg="http://a"\n#EXTM3U url-tvg="http://b" x="1"\nhttp://o/a\n'
    expect(read(text).header).toEqual([
      { name: 'url-tvg', value: 'http://a,http://b' },
      { name: 'x', value: '1' },
    ])
  })

  it('gives directives set apart at the top to the list, and those of entries to the first', () => {
    const entryLines = '#EXTINF:-1,A\nhttp://o/a\n'
    expect(read(`#EXTM3U\n#NEW:1\n\n${entryLines}`)).toMatchObject({ directives: ['#NEW:1'] })
    expect(read(`#EXTM3U\n#NEW:1\n${entryLines}`).entries[0]?.before).toEqual(['#NEW:1'])
    expect(read(`#EXTM3U\n#EXTGRP:G\n\n${entryLines}`).entries[0]).toMatchObject({
      before: ['#EXTGRP:G'],
      titles: ['G'],
    })
  })

  it('resolves relative addresses only where the list has one of its own', () => {
    const text = '#EXTM3U\n#EXTINF:-1,A\nlive/a.m3u8\n'
    const baseUrl = 'http://o.example/lists/all.m3u'
    expect(readPlaylistText(text, { baseUrl })).toMatchObject({
      playlist: { entries: [{ url: 'http://o.example/lists/live/a.m3u8' }] },
    })
    expect(readPlaylistText(text)).toMatchObject({ problem: { line: 3 } })
  })

  it('takes one word for no list', () => {
    const baseUrl = 'http://o.example/lists/all.m3u'
    for (const text of ['Forbidden\n', 'INVALID_TOKEN', '[playlist]\nFile1=http://o/x.ts\n'])
      expect(readPlaylistText(text, { baseUrl })).toMatchObject({ ok: false, problem: { line: 1 } })
    for (const text of ['#EXTM3U\na.m3u8\n', '#EXTINF:-1,A\na.m3u8\n', 'http://o/a.m3u8'])
      expect(readPlaylistText(text, { baseUrl }).ok).toBe(true)
  })

  it.each([
    ['an HTML page', '<!DOCTYPE html>\n<html><body>Login</body></html>', 1, 'web page'],
    ['an HTML page after blank lines', '\n\n  <html>', 3, 'web page'],
    ['a PHP warning in the middle', '#EXTM3U\nhttp://o/a\n<b>Warning</b>: x', 3, 'web page'],
    ['JSON', '{"error": "expired"}', 1, 'web page'],
    ['plain text', '#EXTM3U\nhttp://o/a\nInternal Server Error', 3, 'neither'],
    ['a text with a colon', 'Warning: out of memory', 1, 'neither'],
    ['an HLS manifest', '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\na.ts', 2, 'HLS stream'],
    ['a list without channels', '#EXTM3U\n', null, 'no channel'],
    ['nothing', '', null, 'no channel'],
    ['binary', '#EXTM3U\n\u0000\u0001', 2, 'binary'],
    ['a line of 2 MB', `#EXTM3U\n#${'x'.repeat(2 * 1024 * 1024)}`, 2, '1 MB'],
  ])('refuses %s with line and reason', (_, text, line, reason) => {
    const result = readPlaylistText(text)
    expect(result).toMatchObject({ ok: false, problem: { line } })
    expect(!result.ok && result.problem.reason).toContain(reason)
  })

  it('refuses what is larger than allowed, without reading on', async () => {
    let given = 0
    function* endless(): Generator<Uint8Array> {
      for (; given < 1000; given += 1) yield Buffer.from('http://o/a/i.m3u8\n'.repeat(100))
    }
    const result = await readPlaylist(endless(), { maxBytes: 10_000 })
    expect(result).toMatchObject({ ok: false, problem: { line: null, reason: 'larger than 0 MB' } })
    expect(given).toBeLessThan(10)
  })

  it('reads 50,000 channels', () => {
    const lines = Array.from(
      { length: 50_000 },
      (_, i) =>
        `#EXTINF:-1 tvg-id="c${i}" group-title="G${i % 40}",Channel ${i}\nhttp://o/c${i}/i.m3u8`,
    )
    expect(read(`#EXTM3U\n${lines.join('\n')}\n`).entries).toHaveLength(50_000)
  })
})

describe('reading anything', () => {
  const fragment = fc.constantFrom(
    '#EXTM3U',
    '#EXTINF:',
    '-1',
    ' tvg-id="',
    '"',
    '=',
    ',',
    ' ',
    '\n',
    '\r\n',
    'name',
    '#EXTGRP:',
    'http://o/x',
    '|',
    '#',
    '@@',
    '\u{feff}',
    'ё',
    ';',
    '#EXTENC:',
    'koi8-r',
    '<',
  )
  const soup = fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join(''))

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          soup.map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(typeof readBytes(bytes).ok).toBe('boolean')
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('comes to the same however the bytes are cut', () => {
    fc.assert(
      fc.property(soup, fc.array(fc.nat({ max: 400 }), { maxLength: 8 }), (text, cuts) => {
        const bytes = Buffer.from(text)
        const places = [
          0,
          ...cuts.filter((at) => at < bytes.length).sort((a, b) => a - b),
          bytes.length,
        ]
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end))
        expect(readBytes(...chunks)).toEqual(readBytes(bytes))
      }),
      { numRuns: 1000 },
    )
  })

  it('loses no line of what it takes', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9;:.'"= ,|-]{1,20}$/)
    const directive = fc.tuple(fc.constantFrom('EXTVLCOPT', 'KODIPROP', 'EXT-X-NEW', ' note'), word)
    const lines = directive.map(([name, value]) => `#${name}:${value}`.trim())
    const entry = fc.record({
      before: fc.array(lines),
      info: word,
      after: fc.array(lines),
      suffix: word,
    })
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (entries) => {
        const text = entries.map((one, index) =>
          [
            ...one.before,
            `#EXTINF:-1 ${one.info},N`,
            ...one.after,
            `http://o/${index}|${one.suffix}`.trim(),
          ].join('\n'),
        )
        const kept = read(`#EXTM3U\n${text.join('\n')}`).entries.map((one) =>
          [...one.before, one.info, ...one.after, one.url + one.suffix].join('\n'),
        )
        // What could only be guessed is written as it was read.
        const tidy = (line: string) =>
          line.startsWith('#EXTINF') ? parseInfoLine(line).tidied : line
        expect(kept).toEqual(text.map((one) => one.split('\n').map(tidy).join('\n')))
      }),
    )
  })
})
