import { describe, expect, test } from 'vitest'
import { shown } from './shown.ts'

const USER = 'mikhail77'
const PASSWORD = 'Zx9kQw41'

const coded =
  (before: string, after = '', base = 16) =>
  (text: string) =>
    text.replace(/./g, (one) => before + one.charCodeAt(0).toString(base) + after)
const percent = coded('%')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const hex = (text: string) => Buffer.from(text).toString('hex')

const SPELLINGS: readonly (readonly [string, (text: string) => string])[] = [
  ['in small letters', (text) => text.toLowerCase()],
  ['percent-encoded, a letter', (text) => percent(text.slice(0, 1)) + text.slice(1)],
  ['percent-encoded three times', (text) => percent(percent(percent(text)))],
  ['of JSON', coded(String.raw`\u00`)],
  ['of JavaScript', coded(String.raw`\x`)],
  ['of pages', coded('&#', ';', 10)],
  ['of pages, in hex', coded('&#x', ';')],
  ['of pages, twice', coded('&amp;#', ';', 10)],
  ['in base64', base64],
  ['in base64, between others', (text) => base64(`a${text}b`)],
  ['in base64, with its user', (text) => base64(`${text}:${text}`)],
  ['in base64 of addresses', (text) => Buffer.from(`~~${text}~~`).toString('base64url')],
  ['in base64, percent-encoded', (text) => percent(base64(text))],
  ['in base64, twice', (text) => base64(base64(text))],
  ['in hex', hex],
  ['in hex, in capitals', (text) => hex(text).toUpperCase()],
]

type Place = (spelled: string) => {
  readonly header?: string
  readonly attribute?: string
  readonly line?: string
  readonly suffix?: string
  readonly name?: string
}

const PLACES: readonly (readonly [string, Place])[] = [
  ['url-tvg', (it) => ({ header: `url-tvg="http://g/fine.xml,http://g/e.xml?x=${it}"` })],
  ['any attribute of a list', (it) => ({ header: `provider="a_${it}_b"` })],
  ['a default', (it) => ({ header: `user-agent="Box ${it}"` })],
  ['an archive', (it) => ({ attribute: `catchup="append" catchup-source="?t={utc}&x=${it}"` })],
  ['a logo', (it) => ({ attribute: `tvg-logo="http://l/a-${it}.png"` })],
  ['a group', (it) => ({ attribute: `group-title="Films ${it}"` })],
  ['a name of a guide', (it) => ({ attribute: `tvg-name="A-${it}"` })],
  ['any attribute', (it) => ({ attribute: `x-device="user=u;pass=${it}"` })],
  ['#EXTVLCOPT', (it) => ({ line: `#EXTVLCOPT:http-referrer=http://h/a-${it}` })],
  ['#KODIPROP', (it) => ({ line: `#KODIPROP:x.license_key=https://l/|X-Id=${it}|R{SSM}|` })],
  ['#EXTHTTP', (it) => ({ line: `#EXTHTTP:{"X-Device":"${it}"}` })],
  ['a comment', (it) => ({ line: `# of_${it}_` })],
  ['a suffix', (it) => ({ suffix: `|X-Device=${it}&Referer=http://r/` })],
  ['a name', (it) => ({ name: `A, ${it}` })],
]

const listOf = (place: Place, spelled: string, end = ''): string => {
  const { header = '', attribute = '', line = '# fine', suffix = '', name = 'A' } = place(spelled)
  return `#EXTM3U ${header}
#EXTINF:-1 tvg-id="a" tvg-chno="7" ${attribute} radio="true",${name}
${line}
http://panel/live/${USER}/${PASSWORD}/78.ts${suffix}
${end}`
}

describe.each(PLACES)('a login in %s', (_, place) => {
  test.each(SPELLINGS)('is known %s', async (_name, spell) => {
    const spelled = spell(PASSWORD)
    const { list, rows } = await shown(listOf(place, spelled))
    expect(list).toMatch(/ tvg-chno="7" .*radio="true".*,.+\n/)
    expect(list).toContain('/a/stream.ts')
    const [letters = spelled] = /[\da-z]{6,}/i.exec(spelled) ?? []
    expect(list + rows).not.toContain(letters)
  })

  test('is known where each stream has one of its own', async () => {
    const others = Array.from(
      { length: 60 },
      (_other, at) => `#EXTINF:-1,B ${at}\nhttp://o/${at}/index.m3u8?token=t0k3n${at}x${at}`,
    )
    for (const spelled of [PASSWORD, base64(`${USER}:${PASSWORD}`), hex(PASSWORD)]) {
      const { list, rows } = await shown(listOf(place, spelled, `${others.join('\n')}\n`))
      expect(list).toContain('/a/stream.ts')
      expect(list + rows).not.toContain(spelled)
    }
  })
})

test('what has none stays as it is', async () => {
  const lines = [
    '#EXTVLCOPT:http-user-agent=Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36',
    '#KODIPROP:inputstream.adaptive.license_key=0123456789abcdef0123456789abcdef:QmFzZTY0VGV4dA==',
    '#EXTHTTP:{"X-Device":"TWlraGFpbCA3OA=="}',
  ]
  const { list, warnings } = await shown(
    listOf(
      () => ({
        attribute: 'tvg-logo="http://l/Zx9kQw4.png?v=WngJa1F3NA" group-title="Mikhail 77, Zx9k"',
        line: lines.join('\n'),
        name: 'Zx9kQw 41 — 100% & more',
      }),
      '',
    ),
  )
  for (const line of lines) expect(list).toContain(line)
  expect(list).toContain(
    'tvg-logo="http://l/Zx9kQw4.png?v=WngJa1F3NA" group-title="Mikhail 77, Zx9k"',
  )
  expect(list).toContain(',Zx9kQw 41 — 100% & more')
  expect(warnings).not.toContain('login')
})

test('a channel is not called by one', async () => {
  const { list } = await shown(
    `#EXTM3U\n#EXTINF:-1 tvg-id="x-${PASSWORD}",Erstes\nhttp://panel/live/${USER}/${PASSWORD}/78.ts\n`,
  )
  expect(list).toContain('@@/erstes/')
  expect(list).not.toContain(PASSWORD)
})
