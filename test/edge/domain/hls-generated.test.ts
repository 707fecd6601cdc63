import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type HlsContext, rewriteHls } from '#domain/manifests/hls'
import { fillMarks, inFull } from '#domain/manifests/marks'
import { BASE, ORIGIN, placesOf } from './places.ts'

/** References of RFC 3986, and what servers write besides. */
const DIRECTORIES = [
  '',
  './',
  'v/',
  'v/./w/',
  'a/../',
  '../',
  '../../',
  '../../../../',
  '/',
  '/r/',
  `${BASE}x/`,
  '//cdn:2/d/',
  `${ORIGIN}/`,
  `HTTP://O:1${BASE}`,
  'http://cdn:2',
  'http://cdn:2/',
  'http://ads:3/f/',
  'https://o:1/',
  'http://u:p@cdn:2/',
  'v%2Fw/',
  '/a//b/',
  'a;p=1/',
  'a^b/',
  '.h/',
  'd%20e/',
  'д/',
  '%2e%2e/',
  'a\\\\b/',
]
const FILES = [
  's.ts',
  'S.TS',
  's.m3u8',
  's',
  'k.php',
  's.ts?t=1&u=a/../b',
  's.ts?u=http://x/y?z',
  's.ts?',
  '?only=1',
  's.ts#t=3',
  '..ts',
  'a%2Fb.ts',
  'a b.ts',
  'ш.ts',
  's.ts?x=%2F..%2F',
  's.ts?CMCD=a',
  "o'h(1)!.ts",
  's~1.m4s',
  '@x.ts',
  'a@b.ts',
  '1:2.ts',
  's,1.ts',
  's=1.ts',
  '{x}.ts',
  's.ts?a=ш',
  '%D1%88.ts',
]
const reference = fc
  .tuple(fc.constantFrom(...DIRECTORIES), fc.constantFrom(...FILES))
  .map(([before, name]) => (before + name).replaceAll('\\\\', '\\'))

/** Tags, the attribute of each that is an address, and what stands around it. */
const TAGS = [
  'EXT-X-KEY:METHOD=AES-128,URI=%,IV=0x01',
  'EXT-X-MAP:URI=%,BYTERANGE="1@0"',
  'EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a,b=c",NAME="URI",URI=%',
  'EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=%,CODECS="a,b"',
  'EXT-X-IMAGE-STREAM-INF:URI=%',
  'EXT-X-SESSION-DATA:DATA-ID="x",URI=%',
  'EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=%',
  'EXT-X-PART:DURATION=1,URI=%,INDEPENDENT=YES',
  'EXT-X-PRELOAD-HINT:TYPE=PART,URI=%',
  'EXT-X-RENDITION-REPORT:URI=%,LAST-MSN=1',
  'EXT-X-CONTENT-STEERING:SERVER-URI=%,PATHWAY-ID="a"',
  'EXT-X-DATERANGE:ID="a",X-ASSET-URI=%,SCTE35-OUT=0xFC',
  'EXT-X-DATERANGE:ID="a",X-ASSET-LIST=%',
  'EXT-X-PREFETCH:*',
]
const EXTRA = [
  '#EXT-X-DATERANGE:ID="s",SCTE35-OUT=0xFC30,X-COM="/x/y"',
  '#EXT-X-SKIP:SKIPPED-SEGMENTS=3',
  '#EXTINF:2,/no/address',
  '# a remark /x',
  '',
  '#EXT-X-DISCONTINUITY',
  '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="a"',
]
const line = fc.oneof(
  { weight: 4, arbitrary: reference },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...TAGS), reference)
      .map(([tag, it]) => `#${tag.replace('%', () => `"${it}"`).replace('*', () => it)}`),
  },
  { weight: 2, arbitrary: fc.constantFrom(...EXTRA) },
)
const playlist = fc
  .tuple(
    fc.array(line, { minLength: 1, maxLength: 12 }),
    fc.constantFrom('\n', '\r\n', '\r'),
    fc.constantFrom('', '\uFEFF'),
  )
  .map(([lines, end, mark]) => `${mark}${['#EXTM3U', ...lines, ''].join(end)}`)

/** Every address of a playlist, in order, read apart from the product. */
const addressesIn = (text: string): string[] =>
  text
    .replace('\uFEFF', '')
    .split(/\r\n|\n|\r/)
    .flatMap((it) => {
      if (it.startsWith('#EXT-X-PREFETCH:')) return [it.slice(16)]
      if (!it.startsWith('#')) return it.trim() === '' ? [] : [it.trim()]
      const found = /[:,](?:URI|SERVER-URI|X-ASSET-URI|X-ASSET-LIST)="([^"]*)"/.exec(it)?.[1]
      return found === undefined ? [] : [found]
    })

const resolved = (address: string, base: string): string => {
  if (!URL.canParse(address, base)) return address
  const url = new URL(address, base)
  // What names a place within a document, or a login, no request has.
  url.hash = ''
  url.username = ''
  url.password = ''
  return url.href
}

test('every address of generated playlists leads where it led', () => {
  fc.assert(
    fc.property(playlist, fc.constantFrom('m.m3u8', 'sub/m.m3u8', 'a/b/m.m3u8'), (text, rest) => {
      const { mapper, direct, edge, back } = placesOf(rest)
      const context: HlsContext = {
        rewrite: (it) => mapper.rewrite(it),
        rewriteManifest: (it) => mapper.rewriteManifest(it, 'index.m3u8'),
        hide: () => null,
        inFull: (it) => inFull(it, rest),
        argument: () => null,
        imported: {},
      }
      const list = rewriteHls(text, context)
      const written = fillMarks(list.text, edge.slice(0, -rest.length))
      const mapped = addressesIn(written).map((it) => resolved(back(resolved(it, edge)), direct))
      expect(mapped, written).toEqual(addressesIn(text).map((it) => resolved(it, direct)))
    }),
    { numRuns: 2000, seed: Number(process.env['SEED'] ?? 20_261_130) },
  )
})
