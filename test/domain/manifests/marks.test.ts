import { describe, expect, test } from 'vitest'
import { type HlsContext, rewriteHls } from '#domain/manifests/hls'
import { fillMarks, inFull } from '#domain/manifests/marks'

const context: HlsContext = {
  rewrite: (address) => `<${address}>`,
  rewriteManifest: (address) => `<${address}>`,
  hide: () => null,
  inFull: (written) => written,
  argument: () => null,
  imported: {},
}

describe('addresses of interstitials', () => {
  const full: HlsContext = { ...context, rewrite: (it) => it, rewriteManifest: (it) => it }
  const filled = (line: string, rest = 'a/m.m3u8') => {
    const of = { ...full, inFull: (it: string) => inFull(it, rest) }
    const { text, isMarked } = rewriteHls(`#EXTM3U\n${line}`, of)
    return { text: fillMarks(text, 'http://edge/s/P/ch/').slice(8), isMarked }
  }
  const tag = (it: string) => `#EXT-X-DATERANGE:ID="i",X-ASSET-URI="${it}"`

  test.each([
    ['ad.m3u8', 'http://edge/s/P/ch/a/ad.m3u8'],
    ['../@/~x/index.m3u8?a=../b', 'http://edge/s/P/ch/@/~x/index.m3u8?a=../b'],
    ['./a:b/$&.m3u8', 'http://edge/s/P/ch/a/a:b/$&.m3u8'],
    ['?a', 'http://edge/s/P/ch/a/m.m3u8?a'],
  ])('in full: %s', (address, wanted) => {
    expect(filled(tag(address))).toEqual({ text: tag(wanted), isMarked: true })
  })

  test.each(['https://a/b', '//a/b', '\\\\a/b', '/a', 'data:,x', 'skd:x', '', '{$of}/a'])(
    'as they stand: %s',
    (address) => expect(filled(tag(address))).toEqual({ text: tag(address), isMarked: false }),
  )

  test('of pictures and videos are those of files', () => {
    const of = { ...full, rewriteManifest: (it: string) => `[${it}]` }
    const text = [tag('a.png?x=1'), tag('a.php'), `${tag('b.php')},X-ASSET-MIMETYPE="image/png"`]
    expect(rewriteHls(text.join('\n'), of).text.split('\n')).toEqual([
      text[0],
      tag('[a.php]'),
      text[2],
    ])
  })

  test('without a mark of anybody else, wherever that stands', () => {
    const define = '#EXT-X-DEFINE:NAME="of",VALUE="\u0001"'
    const { text } = filled(`${define}\n${tag('{$of}ad.m3u8')}\n#\u0001`)
    expect(text).toBe(`#EXT-X-DEFINE:NAME="of",VALUE=""\n${tag('http://edge/s/P/ch/a/ad.m3u8')}\n#`)
  })
})
