import { describe, expect, test } from 'vitest'
import { isDash, rewriteDash } from '#domain/manifests/dash'
import { mapper, mpd, rep, template, written } from './dash-written.ts'

describe('BaseURL', () => {
  test.each([
    ['v/', 'v/'],
    ['/dash/c/v/', 'v/'],
    ['http://o:1/dash/c/', './'],
    ['../dm/', '@/~files..dash.dm./'],
    ['./../dm/', '@/~files..dash.dm./'],
    ['/dm/', '@/~files..dm./'],
    ['//cdn:2/v/', '@/~files.cdn.v./'],
    ['http://ads:3/v/', 'http://ads:3/v/'],
  ])('%s', (from, to) => {
    const text = rep(`<BaseURL>${from}</BaseURL>${template('$Number$.m4s')}`)
    expect(written(text)).toBe(rep(`<BaseURL>${to}</BaseURL>${template('$Number$.m4s')}`))
  })

  test.each([
    ['<BaseURL ><![CDATA[/dm/]]></BaseURL>', '<BaseURL >@/~files..dm./</BaseURL>'],
    ['<BaseURL>\n /dm/\t</BaseURL>', '<BaseURL>@/~files..dm./</BaseURL>'],
    [
      "<BaseURL serviceLocation='a'>/d&amp;m/</BaseURL>",
      "<BaseURL serviceLocation='a'>@/~files..d&amp;m./</BaseURL>",
    ],
    ['<BaseURL>/dm/<!-- /x/ --></BaseURL>', '<BaseURL>@/~files..dm./</BaseURL>'],
    ['<BaseURL>\r\n v/ </BaseURL>', '<BaseURL>v/</BaseURL>'],
    ['<BaseURL>http://ads:3/v/\n</BaseURL>', '<BaseURL>http://ads:3/v/</BaseURL>'],
  ])('in another spelling: %s', (from, to) => {
    expect(written(rep(from + template('$Time$.m4s')))).toBe(rep(to + template('$Time$.m4s')))
  })

  test('opens no more than is asked for below it', () => {
    expect(written(rep(`<BaseURL>/dm/</BaseURL>${template('v/$Number$.m4s')}`))).toContain(
      '>@/~tree..dm./<',
    )
    expect(written(rep(`<BaseURL>/dm/</BaseURL>${template('/x/$Number$.m4s')}`))).toBe(
      rep(`<BaseURL>@/~file..dm./</BaseURL>${template('../../@/~files..x./$Number$.m4s')}`),
    )
    expect(written(rep(`<BaseURL>/</BaseURL>${template('v/$Number$.m4s')}`))).toBe(
      rep(`<BaseURL>@/~file../</BaseURL>${template('../../@/~files..v./$Number$.m4s')}`),
    )
  })

  test('on every level, one below the other', () => {
    const levels = (a: string, b: string, c: string, media: string) =>
      `<BaseURL>${a}</BaseURL><Period><BaseURL>${b}</BaseURL><AdaptationSet><Representation><BaseURL>${c}</BaseURL>${template(media)}</Representation></AdaptationSet></Period>`
    expect(written(levels('/x/', 'y/', '../z/', '$Number$.m4s'))).toBe(
      levels('@/~file..x./', '../../@/~file..x.y./', '../../@/~files..x.z./', '$Number$.m4s'),
    )
    expect(written(levels('x/', 'y/', '../z/', '$Number$.m4s'))).toBe(
      levels('x/', '../x/y/', '../../x/z/', '$Number$.m4s'),
    )
  })

  test('several of them: each opens what stays', () => {
    const text = (a: string, b: string) =>
      `<BaseURL>${a}</BaseURL><BaseURL>${b}</BaseURL>${rep(`<BaseURL>v/</BaseURL>${template('$Number$.m4s')}`)}`
    expect(written(text('http://cdn:2/a/', '/b/'))).toBe(text('@/~tree.cdn.a./', '@/~tree..b./'))
  })

  test('of each representation below a template they share', () => {
    const text = (a: string, b: string) =>
      `<Period><AdaptationSet>${template('$Number$.m4s')}<Representation><BaseURL>${a}</BaseURL></Representation><Representation><BaseURL>${b}</BaseURL></Representation></AdaptationSet></Period>`
    expect(written(text('1/', '/2/'))).toBe(text('1/', '@/~files..2./'))
  })

  test('a file below several of them: each opens it', () => {
    const text = (a: string, b: string) =>
      `<BaseURL>${a}</BaseURL><BaseURL>${b}</BaseURL>${rep('<BaseURL>v/1.mp4</BaseURL>')}`
    expect(written(text('http://cdn:2/a/', '/b/'))).toBe(text('@/~tree.cdn.a./', '@/~tree..b./'))
  })

  test('arguments of one stay, and those for one are put to it', () => {
    expect(written(rep(`<BaseURL>/b/?t=1</BaseURL>${template('?n=$Number$')}`))).toBe(
      rep(`<BaseURL>@/~file..b./?t=1</BaseURL>${template('../../@/~file..b./?n=$Number$')}`),
    )
    expect(written(rep(`<BaseURL>seg.php</BaseURL>${template('?n=$Number$')}`))).toBe(
      rep(`<BaseURL>seg.php</BaseURL>${template('seg.php?n=$Number$')}`),
    )
  })

  test('a file, as in the on-demand profile', () => {
    expect(written(rep('<BaseURL>/f/v.mp4?t=1</BaseURL><SegmentBase indexRange="0-1"/>'))).toBe(
      rep('<BaseURL>@/~files..f./v.mp4?t=1</BaseURL><SegmentBase indexRange="0-1"/>'),
    )
  })
})

describe('references', () => {
  test.each([
    ['$RepresentationID$/$Number%05d$.m4s', '$RepresentationID$/$Number%05d$.m4s'],
    ['/dm/$RepresentationID$/$Number$.m4s', '@/~tree..dm./$RepresentationID$/$Number$.m4s'],
    ['../dm/v-$Number$.m4s?a=1&amp;b=2', '@/~files..dash.dm./v-$Number$.m4s?a=1&amp;b=2'],
    ['a/../b/$Number$.m4s', 'b/$Number$.m4s'],
    ['http://cdn:2/x/$Time$.m4s', '@/~files.cdn.x./$Time$.m4s'],
    ['http://ads:3/x/$Time$.m4s', 'http://ads:3/x/$Time$.m4s'],
  ])('template %s', (from, to) => {
    expect(written(rep(template(from)))).toBe(rep(template(to)))
  })

  test('of lists, single quotes and blanks too', () => {
    const text = (a: string, b: string, c: string) =>
      rep(
        `<SegmentList><Initialization sourceURL = '${a}' range="0-1"/><SegmentURL media='${b}' mediaRange="1-2"/><SegmentURL\n index="${c}"/></SegmentList>`,
      )
    expect(written(text('/i/i.mp4', 's/1.m4s', '/x/1.idx'))).toBe(
      text('@/~files..i./i.mp4', 's/1.m4s', '@/~files..x./1.idx'),
    )
  })

  test('of the manifest itself: Location, patches, remote elements, clocks, steering', () => {
    const text = (it: readonly string[]) =>
      `<BaseURL>v/</BaseURL><Location>${it[0]}</Location><PatchLocation ttl="9">${it[1]}</PatchLocation><ContentSteering>${it[2]}</ContentSteering><UTCTiming schemeIdUri="urn:mpeg:dash:utc:http-iso:2014" value="${it[3]}"/><Period xlink:href="${it[4]}"/>`
    const ours = [
      '@~manifest..n.m.mpd.mpd?a=1',
      '@/~remote..dash.c.p.mpp.1.http:..o:1..dash.c.v..0.http:..o:1..dash.c.m.mpd/manifest.mpd?x',
      '@/~manifest..s/manifest.mpd',
      '@/~file..time/time http://ntp:9/',
      '@/~remote..dash.c.p.xml.1.http:..o:1..dash.c.v./manifest.mpd',
    ]
    expect(
      written(
        text(['/n/m.mpd?a=1', 'p.mpp?x', 'http://o:1/s', '/time http://ntp:9/', '/dash/c/p.xml']),
      ),
    ).toBe(text(ours))
  })

  const set = (inside: string, ...representations: string[]) =>
    `<Period><AdaptationSet>${inside}${representations.join('')}</AdaptationSet></Period>`
  const one = (base: string, inside = '') =>
    `<Representation><BaseURL>${base}</BaseURL>${inside}</Representation>`

  test('shared by representations whose bases lie at other depths: each gets its own', () => {
    const shared = '<SegmentTemplate media="/dm/$Time$.m4s" initialization="i.mp4"/>'
    const own = (media: string, more = '') =>
      `<SegmentTemplate${more} media="${media}" initialization="i.mp4"/>`
    const ours = '<SegmentTemplate media="@/~files..dm./$Time$.m4s" initialization="i.mp4"/>'
    expect(
      written(
        set(
          shared,
          one('a/'),
          one('b/c/', template('x.m4s')),
          '<Representation id="e"/>',
          one('f/g/', '<SegmentTemplate timescale="9"/>'),
          one('h/', '<SegmentList/>'),
        ),
      ),
    ).toBe(
      set(
        ours,
        one('a/', own('../@/~files..dm./$Time$.m4s')),
        one('b/c/', own('x.m4s')),
        `<Representation id="e">${own('@/~files..dm./$Time$.m4s')}</Representation>`,
        one('f/g/', own('../../@/~files..dm./$Time$.m4s', ' timescale="9"')),
        one('h/', '<SegmentList/>'),
      ),
    )
  })

  test('shared ones that climb stay where they lead to the channel’s directory, and are given to each where not', () => {
    const inside = template('../t/$Number$.m4s')
    const text = set(inside, one('a/'), one('b/c/'))
    expect(written(text)).toBe(text)
    expect(written(set(inside, one('./'), one('/x/y/')))).toBe(
      set(
        template('@/~files..dash.t./$Number$.m4s'),
        one('./', template('@/~files..dash.t./$Number$.m4s')),
        one('@/~file..x.y./', template('../../@/~files..x.t./$Number$.m4s')),
      ),
    )
  })

  test('of a manifest that was redirected', () => {
    const at = mapper('/v/m.mpd', 'http://cdn:2', true)
    expect(written(rep(template('s/$Number$.m4s')), at)).toBe(
      rep(template('@/~files.cdn.v.s./$Number$.m4s')),
    )
    expect(written(rep(`<BaseURL>x/</BaseURL>${template('$Number$.m4s')}`), at)).toBe(
      rep(`<BaseURL>@/~files.cdn.v.x./</BaseURL>${template('$Number$.m4s')}`),
    )
  })
})

test('events, licences and whatever else stays, byte for byte', () => {
  const text = `<!-- <BaseURL>/x/</BaseURL> --><UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="/x"/><Period xlink:href="urn:mpeg:dash:resolve-to-zero:2013"><EventStream schemeIdUri="urn:scte:scte35:2014:xml+bin"><Event><Signal xmlns="http://www.scte.org/schemas/35/2016"><Binary>/DAlAAAAAAAAAP/wFAUAAAABf+/+LRQrAP4BI9MIAAEBAQAAfxV6SQ==</Binary><BaseURL>/x/</BaseURL></Signal></Event></EventStream><AdaptationSet><ContentProtection><dashif:laurl>http://o:1/lic</dashif:laurl><ms:laurl licenseUrl="/lic"/></ContentProtection><SegmentTemplate media="$Time$.m4s"><SegmentTimeline><S t="0" d="9" r="3"/></SegmentTimeline></SegmentTemplate><Representation id='a > b'/></AdaptationSet></Period>`
  expect(written(text)).toBe(text)
})

test('prefixed elements are those of DASH too', () => {
  const text = (it: string) =>
    `<d:MPD xmlns:d="urn:mpeg:dash:schema:mpd:2011"><d:Period><d:BaseURL>${it}</d:BaseURL></d:Period></d:MPD>`
  expect(rewriteDash(text('/x/'), mapper()).text).toBe(text('@/~file..x./'))
})

describe('a document’s own entities', () => {
  const of = (subset: string, inside: string) =>
    rewriteDash(`<!DOCTYPE MPD [${subset}]>\n${mpd(inside)}`, mapper()).text
  test.each([
    ['<!ENTITY cdn "http://cdn:2/v/">', '&cdn;x/', '@/~files.cdn.v.x./'],
    ['<!ENTITY a \'http://cdn:2\'> <!ENTITY b "&a;/v/">', '&b;', '@/~files.cdn.v./'],
    ['<!ENTITY f SYSTEM "file:///etc/passwd">', '/x/&f;/', '@/~files..x.&amp;f;./'],
  ])('%s', (subset, from, to) => {
    const text = (it: string) => rep(`<BaseURL>${it}</BaseURL>${template('$Time$')}`)
    expect(of(subset, text(from))).toBe(`\n${mpd(text(to))}`)
  })

  test('are not put in without bound', () => {
    const lines = Array.from(
      { length: 9 },
      (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(30)}">`,
    )
    const text = of(`<!ENTITY e0 "${'x'.repeat(99)}">${lines.join('')}`, rep('&e9;'))
    expect(text.length).toBeLessThan(10_000)
  })
})

test('how often it changes', () => {
  const of = (attributes: string) => rewriteDash(mpd('', attributes), mapper())
  expect(of(' type="dynamic" minimumUpdatePeriod="PT2.5S"')).toMatchObject({
    updateSec: 2.5,
    isOver: false,
  })
  expect(of(' type="dynamic" minimumUpdatePeriod="PT1H1M1S"').updateSec).toBe(3661)
  expect(of(' type="static"')).toMatchObject({ updateSec: null, isOver: true })
})

test('what is one and what is none', () => {
  expect(isDash(mpd(''))).toBe(true)
  expect(isDash('<html><body>MPD</body></html>')).toBe(false)
})

test('broken documents are passed on', () => {
  for (const text of [
    '<MPD',
    '<MPD><Period',
    '<MPD a="',
    '<MPD></Period></MPD></MPD>',
    '<MPD><![CDATA[',
    '</MPD>',
  ])
    expect(rewriteDash(text, mapper()).text).toBe(text)
})

test('of a remote element or a patch every part is rewritten', () => {
  const period = (id: string, base: string) =>
    `<Period id="${id}"><BaseURL>${base}</BaseURL><AdaptationSet><Representation>${template('$Number$.m4s')}</Representation></AdaptationSet></Period>`
  const two = (a: string, b: string) => period('1', a) + period('2', b)
  expect(rewriteDash(two('/x/', '/y/'), mapper()).text).toBe(two('@/~files..x./', '@/~files..y./'))
  const patch = (base: string, media: string) =>
    `<Patch mpdId="m"><add sel="/MPD">${period('3', base)}</add><add sel="/MPD/Period[1]/AdaptationSet">${template(media)}</add></Patch>`
  expect(rewriteDash(patch('/x/', '/dm/$Time$.m4s'), mapper()).text).toBe(
    patch('@/~files..x./', '@/~files..dm./$Time$.m4s'),
  )
})

test.each([
  ['PT2S', 2],
  ['P0Y0M0DT0H0M3.500S', 3.5],
  ['P1DT1S', 86_401],
  ['PT0S', 0],
  ['soon', null],
])('an update period of %s', (period, seconds) => {
  expect(rewriteDash(mpd('', ` minimumUpdatePeriod="${period}"`), mapper()).updateSec).toBe(seconds)
})
