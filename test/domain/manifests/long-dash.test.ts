import { expect, test } from 'vitest'
import { rewriteDash } from '#domain/manifests/dash'
import { mapper } from './dash-written.ts'

/** A list above two representations that lie at other depths: each gets one of its own. */
const listed = (count: number): string => {
  const list = Array.from(
    { length: count },
    (_, at) => `<SegmentURL media="/x/${at}.m4s" mediaRange="0-${at}"/>`,
  )
  return `<MPD><Period><AdaptationSet><SegmentList>${list.join('')}</SegmentList><Representation id="1"><BaseURL>a/</BaseURL></Representation><Representation id="2"><BaseURL>/other/b/c/</BaseURL></Representation></AdaptationSet></Period></MPD>`
}

/** Processor time, ms. */
const cost = (count: number): number => {
  const text = listed(count)
  const began = process.cpuUsage()
  const found = rewriteDash(text, mapper()).text
  const { user } = process.cpuUsage(began)
  expect(found.split(`${count - 1}.m4s`)).toHaveLength(4)
  return user / 1000
}

test('each of them gets the list of its own', () => {
  const found = rewriteDash(listed(3), mapper()).text
  for (const at of [0, 1, 2])
    expect(found.match(new RegExp(`/${at}\\.m4s" mediaRange="0-${at}"`, 'g'))).toHaveLength(3)
})

/** As many representations below a list, every second at a place of its own. */
const many = (references: readonly string[], count: number): string => {
  const list = references.map((it) => `<SegmentURL media="${it}"/>`).join('')
  const below = Array.from(
    { length: count },
    (_, at) =>
      `<Representation id="${at}"><BaseURL>${at % 2 ? '/other/' : ''}r${at}/</BaseURL></Representation>`,
  )
  return `<MPD><Period><AdaptationSet><SegmentList>${list}</SegmentList>${below.join('')}</AdaptationSet></Period></MPD>`
}
const numbered = (count: number, before: string): string[] =>
  Array.from({ length: count }, (_, at) => `${before}${at}.m4s`)

test('a list that leads right below each representation stays where it is', () => {
  const text = many(numbered(2_000, 's'), 50)
  const found = rewriteDash(text, mapper()).text
  expect(found.match(/SegmentList>/g)).toHaveLength(2)
  expect(found.length).toBeLessThan(text.length + 50 * 60)
})

test('one that has to be another in each is copied into so many, and no further', () => {
  const text = many(numbered(2_000, '/x/'), 500)
  const found = rewriteDash(text, mapper()).text
  expect(found.match(/<SegmentList>/g)).toHaveLength(51)
  expect(found.length).toBeLessThan(100 * text.length)
})

// njs does not tell the processor time.
const isNode = typeof process.cpuUsage === 'function'

test.skipIf(!isNode)('a list eight times as long takes no sixty-four times as long', () => {
  cost(1_000)
  const short = Math.min(cost(4_000), cost(4_000), cost(4_000))
  expect(cost(32_000) / short).toBeLessThan(24)
})
