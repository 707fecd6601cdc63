import { describe, expect, test } from 'vitest'
import { type HlsContext, isHls, rewriteHls } from '#domain/manifests/hls'
import type { HlsVariable } from '#domain/manifests/hls-variables'
import { comparePlaylists, type Kinship } from '#domain/manifests/same-manifest'
import { finish } from '#domain/steps'

const FROM: Readonly<Record<string, HlsVariable['from']>> = {
  token: 'argument',
  up: 'argument',
  login: 'secret',
  made: 'redirection',
}
const context: HlsContext = {
  rewrite: (address) => `<${address}>`,
  rewriteManifest: (address) => `<${address}>`,
  hide: (address, isManifest) => `*${isManifest ? 'm' : ''}${address}*`,
  inFull: (written) => written,
  argument: (name) => {
    const from = FROM[name]
    return from === undefined ? null : { value: name === 'up' ? '../u' : 'T', from }
  },
  imported: { host: { value: 'http://o', from: 'manifest' } },
}
const written = (text: string): string => rewriteHls(text, context).text

test('lines end at CR, LF or both, mixed as well', () => {
  expect(written('#EXTM3U\r\na.ts\rb.ts\n\rc.ts')).toBe('#EXTM3U\r\n<a.ts>\n<b.ts>\n\n<c.ts>')
  expect(written('#EXTM3U\ra.ts\rb.ts')).toBe('#EXTM3U\r<a.ts>\r<b.ts>')
})

describe('addresses of a playlist', () => {
  test.each([
    ['a line', 'seg.ts', '<seg.ts>'],
    ['blanks around it', '  seg.ts \t', '<seg.ts>'],
    [
      'a key',
      '#EXT-X-KEY:METHOD=AES-128,URI="k?a=1,2",IV=0x1',
      '#EXT-X-KEY:METHOD=AES-128,URI="<k?a=1,2>",IV=0x1',
    ],
    ['a session key', '#EXT-X-SESSION-KEY:URI="k"', '#EXT-X-SESSION-KEY:URI="<k>"'],
    ['a map', '#EXT-X-MAP:URI="i.mp4",BYTERANGE="9@0"', '#EXT-X-MAP:URI="<i.mp4>",BYTERANGE="9@0"'],
    [
      'a rendition',
      '#EXT-X-MEDIA:TYPE=AUDIO,NAME="URI=x",URI="a.m3u8"',
      '#EXT-X-MEDIA:TYPE=AUDIO,NAME="URI=x",URI="<a.m3u8>"',
    ],
    [
      'I-frames',
      '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="i.m3u8"',
      '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="<i.m3u8>"',
    ],
    [
      'session data',
      '#EXT-X-SESSION-DATA:DATA-ID="x",URI="d.json"',
      '#EXT-X-SESSION-DATA:DATA-ID="x",URI="<d.json>"',
    ],
    [
      'steering',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="/s",PATHWAY-ID="URI"',
      '#EXT-X-CONTENT-STEERING:SERVER-URI="</s>",PATHWAY-ID="URI"',
    ],
    ['a part', '#EXT-X-PART:DURATION=0.3,URI="p.mp4"', '#EXT-X-PART:DURATION=0.3,URI="<p.mp4>"'],
    [
      'a hint',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="n.mp4"',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="<n.mp4>"',
    ],
    [
      'a report',
      '#EXT-X-RENDITION-REPORT:URI="../r.m3u8",LAST-MSN=1',
      '#EXT-X-RENDITION-REPORT:URI="<../r.m3u8>",LAST-MSN=1',
    ],
    ['a prefetch', '#EXT-X-PREFETCH:p.ts', '#EXT-X-PREFETCH:<p.ts>'],
    [
      'interstitials',
      '#EXT-X-DATERANGE:ID="a",X-ASSET-URI="a.m3u8",X-COM-URI="x",URI="y"',
      '#EXT-X-DATERANGE:ID="a",X-ASSET-URI="<a.m3u8>",X-COM-URI="x",URI="y"',
    ],
    [
      'a list of them',
      '#EXT-X-DATERANGE:ID="a",X-ASSET-LIST="/l?x=1"',
      '#EXT-X-DATERANGE:ID="a",X-ASSET-LIST="</l?x=1>"',
    ],
    [
      'a schedule of them',
      '#EXT-X-DATERANGE:ID="a",CLASS="com.apple.hls.daterange-schedule",X-URI="s"',
      '#EXT-X-DATERANGE:ID="a",CLASS="com.apple.hls.daterange-schedule",X-URI="<s>"',
    ],
    ['two in one tag', '#EXT-X-NEW:URI="a",B="c",URI="d"', '#EXT-X-NEW:URI="<a>",B="c",URI="<d>"'],
    [
      'blanks in a tag',
      '#EXT-X-KEY:METHOD=AES-128, URI = "k"',
      '#EXT-X-KEY:METHOD=AES-128, URI = "<k>"',
    ],
    [
      'no quotes',
      '#EXT-X-KEY:METHOD=AES-128,URI=k?a=1 ,IV=0x1',
      '#EXT-X-KEY:METHOD=AES-128,URI="<k?a=1>",IV=0x1',
    ],
    ['no quotes at the end', '#EXT-X-MAP:URI=i.mp4', '#EXT-X-MAP:URI="<i.mp4>"'],
    [
      'a quote that does not close',
      '#EXT-X-KEY:METHOD=AES-128,URI="k',
      '#EXT-X-KEY:METHOD=AES-128,URI="<k>',
    ],
  ])('%s', (_, line, expected) => {
    expect(written(`#EXTM3U\n${line}\n`)).toBe(`#EXTM3U\n${expected}\n`)
  })

  test.each([
    '#EXTINF:4,URI="x"',
    '# a comment: URI="x"',
    '#EXT-X-PROGRAM-DATE-TIME:2026',
    '#EXT-X-STREAM-INF:CODECS="a,b"',
    '#EXT-X-DATERANGE:ID="x",SCTE35-OUT=0xFC',
  ])('not in %s', (line) => expect(written(`#EXTM3U\n${line}\n`)).toBe(`#EXTM3U\n${line}\n`))

  test.each([
    ['\n', 'LF'],
    ['\r\n', 'CRLF'],
    ['\r', 'CR'],
    ['\n\n', 'empty lines'],
  ])('whatever ends lines (%j), without a BOM', (end) => {
    expect(written(`\uFEFF#EXTM3U${end}#EXTINF:1,${end}a.ts${end}b.ts`)).toBe(
      `#EXTM3U${end}#EXTINF:1,${end}<a.ts>${end}<b.ts>`,
    )
  })
})

test('what names another playlist is told from what does not', () => {
  const of = { ...context, rewriteManifest: (address: string) => `[${address}]` }
  const text = [
    '#EXT-X-STREAM-INF:BANDWIDTH=1',
    '# a remark between',
    'v.php?id=1',
    'w.ts',
    '#EXT-X-MEDIA:TYPE=AUDIO,URI="a.php"',
    '#EXT-X-I-FRAME-STREAM-INF:URI="i"',
    '#EXT-X-RENDITION-REPORT:URI="r"',
    '#EXT-X-CONTENT-STEERING:SERVER-URI="s"',
    '#EXT-X-DATERANGE:ID="1",X-ASSET-LIST="l",X-ASSET-URI="u"',
    '#EXT-X-SESSION-DATA:URI="d"',
    '#EXT-X-KEY:URI="k.php"',
  ]
  expect(rewriteHls(text.join('\n'), of).text.match(/[[<][^>\]]*[\]>]/g)).toEqual([
    '[v.php?id=1]',
    '<w.ts>',
    '[a.php]',
    '[i]',
    '[r]',
    '[s]',
    '[l]',
    '[u]',
    '<d>',
    '<k.php>',
  ])
})

describe('variables', () => {
  test('are put into addresses, wherever they come from', () => {
    const text = [
      '#EXTM3U',
      '#EXT-X-DEFINE:NAME="dir",VALUE="a/b"',
      '#EXT-X-DEFINE:QUERYPARAM="token"',
      '#EXT-X-DEFINE:IMPORT="host"',
      '#EXT-X-MAP:URI="{$host}/{$dir}/i.mp4"',
      '{$dir}/x.ts?t={$token}',
      '{$unknown}/x.ts',
    ]
    const found = rewriteHls(text.join('\n'), context)
    expect(found.text.split('\n').slice(1)).toEqual([
      '#EXT-X-DEFINE:NAME="dir",VALUE="a/b"',
      // The player's own address need not have the argument.
      '#EXT-X-DEFINE:NAME="token",VALUE="T"',
      '#EXT-X-DEFINE:IMPORT="host"',
      '#EXT-X-MAP:URI="<http://o/a/b/i.mp4>"',
      '<a/b/x.ts?t=T>',
      '{$unknown}/x.ts',
    ])
    expect(found.variables).toEqual({
      dir: { value: 'a/b', from: 'manifest' },
      token: { value: 'T', from: 'argument' },
      host: { value: 'http://o', from: 'manifest' },
    })
  })

  test.each(['login', 'made'])('that no viewer knows are not told: %s', (name) => {
    const text = [
      '#EXTM3U',
      `#EXT-X-DEFINE:QUERYPARAM="${name}"`,
      '#EXT-X-STREAM-INF:BANDWIDTH=1',
      `v.m3u8?t={$${name}}`,
      `#EXT-X-KEY:METHOD=AES-128,URI="k/{$${name}}"`,
      's.ts',
    ]
    expect(written(text.join('\n')).split('\n')).toEqual([
      '#EXTM3U',
      `#EXT-X-DEFINE:NAME="${name}",VALUE=""`,
      '#EXT-X-STREAM-INF:BANDWIDTH=1',
      '*mv.m3u8?t=T*',
      '#EXT-X-KEY:METHOD=AES-128,URI="*k/T*"',
      '<s.ts>',
    ])
  })

  test('that a viewer may have written lead nowhere from a path', () => {
    const text = '#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="up"\n{$up}/s.ts\ns.ts?t={$up}\n'
    expect(written(text).split('\n').slice(2)).toEqual(['{$up}/s.ts', '<s.ts?t=../u>', ''])
  })
})

test('durations and the end are read', () => {
  const text =
    '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-PART-INF:PART-TARGET=0.33334\n#EXT-X-ENDLIST\n'
  expect(rewriteHls(text, context)).toMatchObject({ targetSec: 6, partSec: 0.33334, isOver: true })
  expect(rewriteHls('#EXTM3U\n', context)).toMatchObject({
    targetSec: null,
    partSec: null,
    isOver: false,
  })
})

test('a playlist is known by its first line', () => {
  expect(isHls('\uFEFF \r\n#EXTM3U')).toBe(true)
  expect(isHls('<html>#EXTM3U')).toBe(false)
})

test('a day of segments is read in one pass', () => {
  const line = '#EXTINF:2.000,\n/archive/2026/11/28/segment-000000001.ts\n'
  const text = `#EXTM3U\n${line.repeat(40_000)}`
  const began = Date.now()
  const found = written(text)
  expect(found).toHaveLength(text.length + 80_000)
  expect(Date.now() - began).toBeLessThan(8_000)
})

const kinship = (before: string, after: string): Kinship => finish(comparePlaylists(before, after))

describe('a later copy', () => {
  const list = (first: number, names: readonly string[], sequence = first) =>
    `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:${sequence}\n${names.map((name, at) => `#EXTINF:4,\n${name}${first + at}.ts`).join('\n')}\n`
  const names = (text: string) => [text, text, text]
  test('moved on is the same playlist', () => {
    expect(kinship(list(7, names('s')), list(7, names('s')))).toBe('same')
    expect(kinship(list(7, names('s')), list(9, names('s')))).toBe('same')
    expect(kinship(list(7, names('s')), list(30, names('x')))).toBe('same')
    expect(kinship(list(7, names('s')), list(6, names('s')))).toBe('same')
  })
  test('that begins before it, with other names or none in common, is an earlier one', () => {
    expect(kinship(list(7, names('s')), list(0, names('x')))).toBe('earlier')
    expect(kinship(list(7, names('s')), list(6, names('x')))).toBe('earlier')
  })
  test('with other names for the same segments is another’s', () => {
    expect(kinship(list(7, names('s')), list(8, names('x')))).toBe('other')
    expect(kinship(list(7, names('s')), list(7, ['s', 's', 'x']))).toBe('other')
  })
  test('with another name for one of them is another’s', () => {
    const many = (id: number) => list(7, ['a', 'b', `ad${id}`, 'c', 'd'])
    expect(kinship(many(1), many(1))).toBe('same')
    expect(kinship(many(1), many(2))).toBe('other')
  })
  test('with other keys for the same segments is another’s', () => {
    const keyed = (...keys: string[]) =>
      `${list(7, ['a', 'b'])}${keys.map((it) => `#EXT-X-KEY:METHOD=AES-128,URI="k?t=${it}"\n`).join('')}`
    expect(kinship(keyed('A'), keyed('A', 'B'))).toBe('same')
    expect(kinship(keyed('A'), keyed('B'))).toBe('other')
    const both = (key: string) =>
      `${keyed('A')}#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://${key}",KEYFORMAT="com.apple.streamingkeydelivery"\n`
    expect(kinship(both('A'), both('A'))).toBe('same')
    expect(kinship(both('A'), both('B'))).toBe('other')
  })
  test('with another value of the same date range, interstitial or data of the session is another’s', () => {
    for (const name of ['X-ASSET-LIST', 'X-COM-VIEWER']) {
      const ranged = (id: string, value: string) =>
        `#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-DATERANGE:ID="${id}",${name}="${value}"\na.ts\n`
      expect(kinship(ranged('1', 'x'), ranged('2', 'y'))).toBe('same')
      expect(kinship(ranged('1', 'x'), ranged('1', 'y'))).toBe('other')
    }
    const held = (id: string, value: string) =>
      `#EXTM3U\n#EXT-X-SESSION-DATA:DATA-ID="${id}",VALUE="${value}"\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n`
    expect(kinship(held('1', 'x'), held('2', 'y'))).toBe('same')
    expect(kinship(held('1', 'x'), held('1', 'y'))).toBe('other')
  })
  test('in part (SKIP) is the same, whatever part', () => {
    const part = (sequence: number, skipped: number, segments: readonly string[]) =>
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:${sequence}\n#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}\n${segments.join('\n')}\n`
    expect(kinship(part(7, 3, ['j', 'k']), part(8, 3, ['k', 'l']))).toBe('same')
    expect(kinship(part(7, 3, ['j', 'k']), part(8, 2, ['j', 'k', 'l']))).toBe('same')
    expect(kinship(part(7, 3, ['j', 'k']), part(8, 3, ['x', 'l']))).toBe('other')
  })
  test('of a multivariant playlist names the same variants', () => {
    const master = (id: number) =>
      `#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI="a.m3u8?s=${id}"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n`
    expect(kinship(master(1), master(1))).toBe('same')
    expect(kinship(master(1), master(2))).toBe('other')
  })
})
