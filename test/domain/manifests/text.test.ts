import { describe, expect, test } from 'vitest'
import { addressListed, documentOf, isBrokenOff, isPage, readText } from '#domain/manifests/text'
import { finish } from '#domain/steps'

const bytes = (text: string): Uint8Array =>
  Uint8Array.from(Array.from(text), (it) => it.charCodeAt(0))

test('UTF-8 is read as it is', () => {
  const text = '#EXTM3U\n#EXTINF:2,caf\u00e9 \u6771\ncaf\u00e9.ts\n'
  expect(finish(readText(Uint8Array.from(Buffer.from(text))))).toBe(text)
})

test('of Latin-1 titles are read, and addresses keep their bytes', () => {
  expect(
    finish(
      readText(
        bytes('#EXTM3U\n#EXTINF:2,caf\u00e9\ncaf\u00e9/\u00df.ts?n=\u00ff\r\n#\u00e9\r\u00e9'),
      ),
    ),
  ).toBe('#EXTM3U\n#EXTINF:2,caf\u00e9\ncaf%E9/%DF.ts?n=%FF\r\n#\u00e9\r%E9')
})

test('a sequence that breaks off spoils no address', () => {
  expect(finish(readText(bytes('#EXTINF:2,\u00d1\n\u00d1\u0082.ts')))).toBe(
    '#EXTINF:2,\u00d1\n%D1%82.ts',
  )
})

test.each([
  ['<!DOCTYPE html><p>no', true],
  ['\uFEFF \n<html lang="en">', true],
  ['<HTML>', true],
  ['<?xml version="1.0"?><MPD/>', false],
  ['#EXTM3U\n<html>', false],
  ['<htmlx>', false],
])('%j is a page: %s', (text, isOne) => {
  expect(isPage(text)).toBe(isOne)
})

test.each([
  ['<MPD type="static"><Period>', true],
  ['<MPD type="static"><Period/></MPD>\n<!-- made by hand -->', false],
  ['<?xml version="1.0"?>\n<x:MPD a="b">\n<x:Period></x:Period>\n</x:MPD >', false],
  ['<Patch mpdId="1"/>', false],
  ['<Patch mpdId="1"><replace/>', true],
  ['<Period><AdaptationSet/></Period>', false],
  ['#EXTM3U\n#EXTINF:2,\n1.ts', false],
  ['#EXTM3U\n#EXTINF:2,\n1.ts\n#EXTINF:2', true],
  ['#EXTM3U\r\n#EXT-X-STREAM-INF:BANDWIDTH=1', true],
  ['#EXTM3U\n#EXTINF:2,\n1.ts\n#EXTINF:2,\n', false],
  ['#EXTM3U\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST', false],
])('%j is broken off: %s', (text, isOne) => {
  expect(isBrokenOff(text)).toBe(isOne)
})

const XML = '<?xml version="1.0" encoding="UTF-16"?><MPD>caf\u00e9</MPD>'
const AS_UTF8 = XML.replace('16', '8')
const utf16 = (text: string, isBig = false): Uint8Array =>
  Uint8Array.from(
    Array.from(text).flatMap((it) => {
      const pair = [it.charCodeAt(0) & 255, it.charCodeAt(0) >> 8]
      return isBig ? pair.toReversed() : pair
    }),
  )

test.each([
  ['UTF-16, with its mark', utf16(`\uFEFF${XML}`), AS_UTF8],
  ['UTF-16, the high byte first', utf16(`\uFEFF${XML}`, true), AS_UTF8],
  ['UTF-16 without a mark', utf16(XML), AS_UTF8],
  ['UTF-16 of ASCII alone', utf16(XML.replace('\u00e9', 'e')), AS_UTF8.replace('\u00e9', 'e')],
  ['Latin-1', bytes(XML.replace('UTF-16', 'ISO-8859-1')), AS_UTF8],
  ['UTF-8, whatever it says', Buffer.from(XML), AS_UTF8],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${AS_UTF8}`), AS_UTF8],
])('XML in %s is sent in UTF-8, and says so', (_, given, wanted) => {
  expect(finish(readText(given))).toBe(wanted)
})

test('a long document in UTF-16', () => {
  const text = `<MPD>${'x'.repeat(50_000)}</MPD>`
  expect(finish(readText(utf16(text)))).toBe(text)
})

describe('a document is known by how it begins', () => {
  test.each([
    ['#EXTM3U\n', 'hls'],
    ['\uFEFF\r\n#EXTM3U', 'hls'],
    ['<!doctype html>', 'other'],
    [' <HTML lang="en">', 'other'],
    ['<?xml version="1.0"?>', 'other'],
    ['<?xml version="1.0"?>\n<MPD>', 'dash'],
    ['<MPD>', 'dash'],
    ['<mpd:MPD xmlns="x">', 'dash'],
  ])('%j is one: %s', (text, kind) => {
    expect(documentOf(Buffer.from(text))).toBe(kind)
  })

  test.each(['G'.repeat(188), '', '<', '#', ' ', '\0\0', '#EXT', '<program>', 'ftypmp42'])(
    '%j is none',
    (text) => {
      expect(documentOf(Buffer.from(text))).toBe(null)
    },
  )
})

describe('an address that stands alone in place of a playlist', () => {
  const full = 'http://c.example/a?token=1'
  test.each([
    [`#EXTM3U\n#EXTINF:-1 tvg-id="a",A\n#EXTVLCOPT:http-user-agent=x\n${full}\n`, full],
    [`\uFEFF#EXTM3U\r\r  ${full}  `, full],
    ['#EXTM3U\n//c.example/a.ts', '//c.example/a.ts'],
    ['#EXTM3U\n/a', '/a'],
    ['#EXTM3U\nlow/index.M3U8?x=1', 'low/index.M3U8?x=1'],
    [`\n${full}\n`, full],
    [`# said so\n${full}`, full],
  ])('%j', (text, address) => {
    expect(addressListed(text)).toBe(address)
  })

  test.each([
    '',
    '#EXTM3U\n',
    '#EXTM3U\n1.ts\n',
    `#EXTM3U\n${full}\n${full}\n`,
    `#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\n${full}\n`,
    `#EXTM3U\n #ext-x-stream-inf:BANDWIDTH=1\n${full}\n`,
    '/a\n',
    '# said so\n/a\n',
    `see ${full}`,
    `${full} is gone`,
    `<MPD><BaseURL>${full}</BaseURL></MPD>`,
    `{"url":"${full}"}`,
    '#EXTM3U\nftp://c.example/a.m3u8?',
  ])('%j is none', (text) => {
    expect(addressListed(text)).toBe(null)
  })
})
