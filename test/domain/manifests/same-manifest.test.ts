import { expect, test } from 'vitest'
import { compareDash } from '#domain/manifests/same-manifest'
import { finish } from '#domain/steps'

const mpd = (inside: string): string => `<MPD><Period>${inside}</Period></MPD>`

const isSame = (before: string, after: string): boolean =>
  finish(compareDash(before, after)) === 'same'

test('another viewer’s manifest is told by its addresses', () => {
  const of = (session: string, number: number) =>
    mpd(`<BaseURL>/s/${session}/</BaseURL><SegmentTemplate startNumber="${number}"/>`)
  expect(isSame(of('a', 1), of('a', 2))).toBe(true)
  expect(isSame(of('a', 1), of('b', 1))).toBe(false)
})

test.each([
  ['a base', (it: string) => `<BaseURL>/t-${it}/</BaseURL><SegmentTemplate media="s"/>`],
  [
    'its own address',
    (it: string) => `<Location>m.mpd?s=${it}</Location><SegmentTemplate media="s"/>`,
  ],
  ['a licence', (it: string) => `<dashif:Laurl>/l?t=${it}</dashif:Laurl>`],
  ['a licence of PlayReady', (it: string) => `<ms:laurl licenseUrl="/l?t=${it}"/>`],
  ['what a period of its own refers to', (it: string) => `<x xlink:href="/p?s=${it}"/>`],
  ['an initialization', (it: string) => `<SegmentTemplate media="s" initialization='i?${it}'/>`],
])('another viewer’s manifest is told by %s alone', (_, of) => {
  expect(isSame(of('a'), of('a'))).toBe(true)
  expect(isSame(of('a'), of('b'))).toBe(false)
})

test('of periods each is compared with itself', () => {
  const period = (id: string, base: string) =>
    `<Period id="${id}"><BaseURL>${base}</BaseURL></Period>`
  const all = period('1', 'all/')
  expect(isSame(all + period('2', 'ads/a/'), all + period('2', 'ads/a/') + period('3', 'b/'))).toBe(
    true,
  )
  expect(isSame(all + period('2', 'ads/a/'), period('2', 'ads/a/') + period('3', 'b/'))).toBe(true)
  expect(isSame(all + period('2', 'ads/a/'), all + period('2', 'ads/b/'))).toBe(false)
})
