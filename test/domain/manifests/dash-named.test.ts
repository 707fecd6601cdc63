import { expect, test } from 'vitest'
import { rewriteDash } from '#domain/manifests/dash'
import { fillMarks, withFull, withMarks } from '#domain/manifests/marks'
import { mapper, mpd } from './dash-written.ts'

const EDGE = 'http://edge/s/P/c/'
/** What a viewer gets of what is inside a manifest, addresses in full as his own. */
const given = (inside: string, path?: string): string => {
  const { text } = rewriteDash(mpd(inside), withFull(mapper(path), 'SIGN'))
  const filled = fillMarks(withMarks(text, 'SIGN'), EDGE)
  return filled.slice(filled.indexOf('2011">') + 6, -6)
}

test.each([
  ['b.mpd?x=1&amp;y', `${EDGE}b.mpd?x=1&amp;y`],
  ['http://o:1/dash/c/d/b.mpd', `${EDGE}d/b.mpd`],
  ['http://cdn:2/d/b.mpd', `${EDGE}@/~files.cdn.d./b.mpd`],
  ['/next', `${EDGE}@/~manifest..next/manifest.mpd`],
  ['http://ads:3/b.mpd', 'http://ads:3/b.mpd'],
])('other manifests, which players resolve with the address of their page: %s', (address, full) => {
  for (const element of [
    '<SupplementalProperty schemeIdUri="urn:mpeg:dash:chaining:2016" value="%"/>',
    "<EssentialProperty value='%' schemeIdUri='urn:mpeg:dash:fallback:2016'/>",
    '<Period><ImportedMPD earliestResolutionTimeOffset="60">%</ImportedMPD></Period>',
    '<Period><EventStream schemeIdUri="urn:mpeg:dash:event:alternativeMPD:insert:2025"><Event id="1"><InsertPresentation uri="%"/></Event></EventStream></Period>',
    '<Period><EventStream schemeIdUri="urn:mpeg:dash:event:alternativeMPD:replace:2025"><Event><x:ReplacePresentation url="%"/></Event><Event><AlternativeMPD uri="%"/></Event></EventStream></Period>',
  ])
    expect(given(`<BaseURL>b/</BaseURL>${element.replaceAll('%', address)}`)).toBe(
      `<BaseURL>b/</BaseURL>${element.replaceAll('%', full)}`,
    )
})

test('several addresses for want of one', () => {
  const at = (value: string) =>
    `<SupplementalProperty schemeIdUri="urn:mpeg:dash:fallback:2016" value="${value}"/>`
  expect(given(at(' a.mpd\n../b.mpd '))).toBe(at(`${EDGE}a.mpd ${EDGE}@/~files..dash./b.mpd`))
})

const SEA = (uri: string) =>
  `<ContentProtection schemeIdUri="urn:mpeg:dash:sea:2012"><sea:SegmentEncryption schemeIdUri="urn:mpeg:dash:sea:aes128-cbc:2013"/><sea:CryptoPeriod IV="0x1" keyUriTemplate="${uri}"/></ContentProtection>`
const FONT = (url: string) =>
  `<SupplementalProperty schemeIdUri="urn:dvb:dash:fontdownload:2014" value="1" dvb:url="${url}" dvb:fontFamily="F"/>`
const base = (text: string) => `<BaseURL>${text}</BaseURL>`
const set = (inside: string, ...reps: string[]) =>
  `<Period><AdaptationSet>${inside}<SegmentTemplate media="$Number$.m4s"/>${reps.map((it, at) => `<Representation id="r${at}">${it}</Representation>`).join('')}</AdaptationSet></Period>`

test.each([
  ['keys of segments', SEA],
  ['fonts of subtitles', FONT],
])('%s, which are resolved with the bases of representations', (_, element) => {
  const of = (address: string, full: string) =>
    expect(given(base('b/') + set(element(address), ''))).toBe(base('b/') + set(element(full), ''))
  of('k.bin?a=1&amp;b', `${EDGE}b/k.bin?a=1&amp;b`)
  of('../k.bin', `${EDGE}k.bin`)
  of('http://cdn:2/k/$Number$.bin', `${EDGE}@/~files.cdn.k./$Number$.bin`)
  of('http://ads:3/k.bin', 'http://ads:3/k.bin')
  of('data:,x', 'data:,x')
})

test('a key below representations at other depths is that of the first', () => {
  const torn = [base('http://cdn:2/a/b/'), base('http://ads:3/w/')]
  const key = (address: string) => new RegExp(`keyUriTemplate="${address}"`)
  expect(given(set(SEA('http://o:1/q/k.bin'), ...torn))).toMatch(key(`${EDGE}@/~files..q./k.bin`))
  expect(given(set(SEA('../k.bin'), ...torn))).toMatch(key(`${EDGE}@/~files.cdn.a./k.bin`))
  expect(given(set('', torn[0] ?? '', base('http://u:p%40@ads:3/w/')))).toContain(
    base('http://u:p%40@ads:3/w/'),
  )
  expect(given(set('', torn[0] + SEA('k.bin'), torn[1] ?? ''))).toMatch(
    key(`${EDGE}@/~files.cdn.a.b./k.bin`),
  )
})

test('other events, and other ways to protect, stay as they are', () => {
  const text =
    '<Period><EventStream schemeIdUri="urn:mpeg:dash:event:callback:2015"><Event><InsertPresentation uri="http://cdn:2/x.mpd"/></Event></EventStream><AdaptationSet><ContentProtection schemeIdUri="urn:uuid:e2719d58"><CryptoPeriod keyUriTemplate="http://cdn:2/k"/></ContentProtection><SupplementalProperty schemeIdUri="urn:x" value="http://cdn:2/x" a:url="http://cdn:2/f"/></AdaptationSet></Period>'
  expect(given(text)).toBe(text)
})
