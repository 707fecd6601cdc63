import { describe, expect, test } from 'vitest'
import { rep, template, written } from './dash-written.ts'

/** Two BaseURLs beside each other, and what is below them. */
const two = (a: string, b: string, below: string): string =>
  `<BaseURL serviceLocation="a">${a}</BaseURL><BaseURL serviceLocation="b">${b}</BaseURL>${below}`
const base = (text: string): string => `<BaseURL>${text}</BaseURL>`

describe('alternatives keep what holds from each', () => {
  test.each([
    [
      'at another host',
      two('/b/', 'http://ads:3/c/', rep(template('v/$Number$.m4s'))),
      two('@/~tree..b./', 'http://ads:3/c/', rep(template('v/$Number$.m4s'))),
    ],
    [
      'a place of its own below them',
      two('/b/', 'http://cdn:2/c/', rep(base('http://cdn:2/d/') + template('$Number$.m4s'))),
      two(
        '@/~file..b./',
        '@/~file.cdn.c./',
        rep(base('../../@/~files.cdn.d./') + template('$Number$.m4s')),
      ),
    ],
    [
      'an address in full below them',
      two('/b/', 'v/', rep(template('http://cdn:2/d/$Number$.m4s'))),
      two(
        '@/~file..b./',
        '@/~file..dash.c.v./',
        rep(template('../../@/~files.cdn.d./$Number$.m4s')),
      ),
    ],
    [
      'a file and a directory',
      two('v.mp4', '/b/', rep(template('s/$Number$.m4s'))),
      two('v.mp4', '@/~tree..b./', rep(template('s/$Number$.m4s'))),
    ],
  ])('%s', (_, from, to) => {
    expect(written(from)).toBe(to)
  })
})

describe('where no text leads right from each, the first of ours stands in place of all', () => {
  const chosen = (below: string): string => two('@/~file..b./', '@/~file..b./', below)
  test.each([
    [
      'a template that climbs',
      template('../t/$Number$.m4s'),
      template('../../@/~files..t./$Number$.m4s'),
    ],
    [
      'a BaseURL that climbs',
      base('../t/') + template('$Number$.m4s'),
      base('../../@/~files..t./') + template('$Number$.m4s'),
    ],
    [
      'an address from the root on, in a list',
      '<SegmentList><SegmentURL media="/t/1.m4s"/></SegmentList>',
      '<SegmentList><SegmentURL media="../../@/~files..t./1.m4s"/></SegmentList>',
    ],
  ])('%s', (_, from, to) => {
    for (const other of ['http://cdn:2/c/', 'http://ads:3/c/'])
      expect(written(two('/b/', other, rep(from)))).toBe(chosen(rep(to)))
    expect(written(two('http://ads:3/c/', '/b/', rep(from)))).toBe(chosen(rep(to)))
  })

  test('more of them, all levels combined, than a manifest has', () => {
    const many = Array.from({ length: 40 }, (_, n) => base(`/${n}/`)).join('')
    const text = written(
      `${many}<Period>${many}<AdaptationSet>${many}<Representation>${many}${template('$Number$.m4s')}</Representation></AdaptationSet></Period>`,
    )
    expect(text.match(/~files\.\.0\.\//g)).toHaveLength(40)
  })
})

test('below a BaseURL at another host, what has its address in full keeps it', () => {
  const text = base('http://ads:3/x/') + rep(base('http://o:1/v/') + template('../t/$Number$.m4s'))
  expect(written(text)).toBe(text)
})

test('slashes in the arguments of a BaseURL are no directories', () => {
  const text = (one: string, other: string) =>
    `<Period><AdaptationSet>${template('/t/$Number$.m4s')}<Representation id="a"><BaseURL>${one}</BaseURL></Representation><Representation id="b"><BaseURL>${other}</BaseURL></Representation></AdaptationSet></Period>`
  const shared = text('x?a=/b/c/', 'x?a=b')
  expect(written(shared)).toBe(shared.replace('"/t/', '"@/~files..t./'))
})
