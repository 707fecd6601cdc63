import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DASH, type Judge, startJudge } from './address-judge.ts'

/*
 * Every address that a manifest names leads to the same place directly and through the edge. Node's URL is the judge of both (RFC 3986): the
 * addresses are taken out of the manifest as written and as rewritten, and what the origin is asked for is compared.
 */

let judge: Judge
beforeAll(async () => {
  judge = await startJudge()
})
afterAll(() => judge?.rig.stop())
beforeEach(() => {
  judge.rig.origin.seen.length = 0
})

describe('DASH', () => {
  const decode = (text: string): string =>
    text
      .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, '$1')
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
      .replaceAll('&amp;', '&')
      .trim()
  const basesIn = (text: string): string[] =>
    [...text.matchAll(/<BaseURL[^>]*>([\s\S]*?)<\/BaseURL>/g)].map(([, it = '']) => decode(it))
  const resolve = (bases: readonly string[], from: string, reference: string): URL =>
    new URL(
      reference,
      bases.reduce((base, it) => new URL(it, base).href, from),
    )

  const CHAINS: readonly (readonly [string, string, string, string])[] = [
    ['', '', '', ''],
    ['/dm/', '', '', 'v/'],
    ['../dm/', '', '', ''],
    ['./../dm/', 'p/', '', 'r/'],
    ['p1/', '../p2/', 'as/', '../../x/'],
    ['', 'a&amp;b/', '', ''],
    ['<![CDATA[/dm/q/]]>', '', '<![CDATA[ as/ ]]>', ''],
    ['\n   /dm/   ', '', '', ''],
    ['100%/', '', '50%/', ''],
    ['', '/dm/%/', '', 'r/'],
  ]
  const at = (level: string) => (level === '' ? '' : `<BaseURL >${level}</BaseURL>`)
  const MEDIA = [
    's-$Number$.m4s',
    '../t/$Number%05d$/s.m4s?k=1',
    '/abs/$RepresentationID$/s.m4s',
    'x/../$Time$.m4s',
    '/abs/?n=$Number$',
    '../t^u/?t=$Time$',
  ]

  test.each(CHAINS)(
    'BaseURL on all levels: %j %j %j %j',
    async (mpd, period, set, representation) => {
      for (const [index, media] of MEDIA.entries()) {
        const quote = index % 2 === 0 ? '"' : "'"
        const body = `<MPD type='static'>${at(mpd)}<Period>${at(period)}<AdaptationSet>${at(set)}<SegmentTemplate media = ${quote}${media}${quote} initialization="i.mp4"/><Representation id="r">${at(representation)}</Representation></AdaptationSet></Period></MPD>`
        const { url, direct, text } = await judge.through(body, DASH)
        const mediaOf = (from: string) => /\smedia\s*=\s*(?:"([^"]*)"|'([^']*)')/.exec(from)
        const found = mediaOf(text)
        const filled = (it: string) =>
          it
            .replace('$Number$', '7')
            .replace('$Number%05d$', '00007')
            .replace('$RepresentationID$', 'r')
            .replace('$Time$', '90')
        const wanted = resolve(basesIn(body), direct, filled(media))
        const player = resolve(basesIn(text), url, filled(decode(found?.[1] ?? found?.[2] ?? '')))
        expect(await judge.asked(player.href), media).toBe(wanted.pathname + wanted.search)
      }
    },
  )

  test.each([
    ['a list', '<SegmentList><Initialization sourceURL="%"/></SegmentList>', 'sourceURL'],
    ['its segments', "<SegmentList><SegmentURL media='%'/></SegmentList>", 'media'],
    ['an index', '<SegmentBase><RepresentationIndex sourceURL="%"/></SegmentBase>', 'sourceURL'],
    [
      'a key',
      '<ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012"><sea:CryptoPeriod keyUriTemplate="%"/></ContentProtection>',
      'keyUriTemplate',
    ],
    [
      'a font',
      '<SupplementalProperty schemeIdUri="urn:dvb:dash:fontdownload:2014" dvb:url="%"/>',
      'dvb:url',
    ],
  ])('%s', async (_, element, name) => {
    for (const reference of [
      'i.mp4',
      '../i.mp4?a=1&amp;b=2',
      '/k/i.mp4',
      'x/../i.mp4',
      '5%/i.mp4',
    ]) {
      const body = `<MPD type="static"><BaseURL>b/</BaseURL><Period><AdaptationSet><Representation>${element.replace('%', reference)}</Representation></AdaptationSet></Period></MPD>`
      const { url, direct, text } = await judge.through(body, DASH)
      const found = new RegExp(`${name}=["']([^"']*)`).exec(text)?.[1] ?? ''
      const wanted = resolve(['b/'], direct, decode(reference))
      expect(await judge.asked(resolve(basesIn(text), url, decode(found)).href), reference).toBe(
        wanted.pathname + wanted.search,
      )
    }
  })

  test.each([
    ['Location', '<Location>%</Location>', /<Location>([^<]*)/],
    ['PatchLocation', '<PatchLocation ttl="9">%</PatchLocation>', /<PatchLocation[^>]*>([^<]*)/],
    [
      'a clock',
      '<UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="%"/>',
      /value="([^"]*)/,
    ],
    [
      'the next manifest',
      '<SupplementalProperty schemeIdUri="urn:mpeg:dash:chaining:2016" value="%"/>',
      /value="(http[^"]*)/,
    ],
    [
      'a manifest to put in',
      '<Period><EventStream schemeIdUri="urn:mpeg:dash:event:alternativeMPD:insert:2025"><Event><InsertPresentation uri="%"/></Event></EventStream></Period>',
      /uri="(http[^"]*)/,
    ],
    [
      'a manifest of a period',
      '<Period><ImportedMPD>%</ImportedMPD></Period>',
      /<ImportedMPD>(http[^<]*)/,
    ],
  ])('%s, from the manifest’s own address on', async (_, element, pattern) => {
    for (const reference of ['n§.mpd', '../n§.mpd?a=1', '/k/n§.php?x', 'plain§'].map((it) =>
      judge.fresh(it),
    )) {
      const body = `<MPD type="dynamic"><BaseURL>b/</BaseURL>${element.replace('%', reference)}</MPD>`
      const { url, direct, text } = await judge.through(body, DASH)
      const { pathname, search } = new URL(reference, direct)
      const player = new URL(decode(pattern.exec(text)?.[1] ?? ''), url).href
      expect(await judge.asked(player), reference).toBe(pathname + search)
    }
  })

  test('events, SCTE-35 and licences stay as they are', async () => {
    const body =
      '<MPD type="static"><Period><EventStream schemeIdUri="urn:scte:scte35:2014:xml+bin"><Event id="1"><Signal media="/x"><Binary>/DA0</Binary></Signal></Event></EventStream><AdaptationSet><ContentProtection schemeIdUri="urn:uuid:e2719d58"><laurl Lic_type="EME-1.0">http://drm.example/l</laurl></ContentProtection></AdaptationSet></Period></MPD>'
    expect((await judge.through(body, DASH)).text).toBe(body)
  })
})
