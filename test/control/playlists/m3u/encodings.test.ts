import { expect, test } from 'vitest'
import { PlaylistReader } from '../../../../control/playlists/m3u/reader.ts'

/** Where the letters from А on stand in Windows-1251. */
const FIRST = 0xc0

const windows1251 = (text: string): Buffer =>
  Buffer.from(
    Array.from(text).map((it) => {
      const code = it.codePointAt(0) ?? 0
      return code >= 0x410 && code <= 0x44f ? code - 0x410 + FIRST : code
    }),
  )

const KOI8_ORDER = 'юабцдефгхийклмнопярстужвьызшэщчъ'

const koi8 = (text: string): Buffer =>
  Buffer.from(
    Array.from(text).map((it) => {
      const at = KOI8_ORDER.indexOf(it.toLowerCase())
      if (at < 0) return it.codePointAt(0) ?? 0
      return (it === it.toLowerCase() ? 0xc0 : 0xe0) + at
    }),
  )

const listOf = (names: readonly string[], encode: (text: string) => Buffer, head = ''): Buffer =>
  encode(`#EXTM3U\n${head}${names.map((it) => `#EXTINF:-1,${it}\nhttp://o/1\n`).join('')}`)

const readBytes = (bytes: Buffer, size = bytes.length) => {
  const reader = new PlaylistReader()
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
  const result = reader.finish()
  if (!result.ok) throw new Error(result.problem.reason)
  const { entries, warnings } = result.playlist
  return { names: entries.map(({ name }) => name), warnings }
}

const told = (label: string, line: number, more: string): string =>
  `line ${line}: not UTF-8, and no #EXTENC that is known: read as ${label}${more}`

test.each([
  ['windows-1251', windows1251, ['HD', 'Первый канал', 'ТВ Центр HD', 'Я', 'МАТЧ']],
  ['koi8-r', koi8, ['HD', 'Первый канал', 'Россия', 'Кино HD']],
  [
    'windows-1252',
    (text: string) => Buffer.from(text, 'latin1'),
    ['HD', 'Télé Français', 'Öö TV', 'ÉÉ', 'Große Köche', 'São Paulo É', 'Où là'],
  ],
])(
  'a list in %s that does not say so is read by its letters, and that is told',
  (label, encode, names) => {
    const bytes = listOf(names, encode)
    for (const size of [1, 7, bytes.length]) {
      const found = readBytes(bytes, size)
      expect(found.names).toEqual(names)
      expect(found.warnings).toEqual([told(label, 4, ` (and ${names.length - 2} more lines)`)])
    }
  },
)

test('what #EXTENC says goes before the letters, and one that nobody knows is told', () => {
  const names = ['Первый канал']
  expect(readBytes(listOf(names, koi8, '#EXTENC:KOI8-R\n'))).toEqual({ names, warnings: [] })
  expect(readBytes(listOf(names, windows1251, '#EXTENC: klingon\n'))).toEqual({
    names,
    warnings: [told('windows-1251', 3, '')],
  })
  expect(readBytes(listOf(names, windows1251, '#EXTENC:UTF-16\n')).names).toEqual(names)
})

test('zeros that a server puts behind the last line are no part of it', () => {
  const bytes = Buffer.concat([listOf(['A'], (text) => Buffer.from(text)), Buffer.alloc(100)])
  expect(readBytes(bytes)).toEqual({ names: ['A'], warnings: [] })
})
