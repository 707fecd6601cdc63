import { describe, expect, test } from 'vitest'
import { mapper, rep, template, written } from './dash-written.ts'

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

describe('in full, where a player has to know them', () => {
  const full = { ...mapper(), inFull: (path: string) => `http://edge/p/${path}` }
  const set = (...inside: string[]) =>
    `<Period><AdaptationSet>${template('$Number$.m4s')}${inside.map((it) => `<Representation>${it}</Representation>`).join('')}</AdaptationSet></Period>`
  test.each([
    [
      'those of alternatives, not others',
      two('http://cdn:2/a/', '/b/', set('')),
      two('http://edge/p/@/~files.cdn.a./', '@/~files..b./', set('')),
    ],
    [
      'files too',
      rep(two('//cdn:2/v/a.mp4?t', 'http://ads:3/b.mp4', '<SegmentBase/>')),
      rep(two('http://edge/p/@/~files.cdn.v./a.mp4?t', 'http://ads:3/b.mp4', '<SegmentBase/>')),
    ],
    [
      'one above a BaseURL of some representations',
      base('http://cdn:2/a/') + set('', base('s/')),
      base('http://edge/p/@/~files.cdn.a./') + set('', base('../../@/~files.cdn.a.s./')),
    ],
    [
      'none above a BaseURL of each',
      base('http://cdn:2/a/') + set(base('r/'), base('s/')),
      base('./') + set(base('@/~files.cdn.a.r./'), base('@/~files.cdn.a.s./')),
    ],
    ['none alone', base('http://cdn:2/a/') + set(''), base('@/~files.cdn.a./') + set('')],
    [
      'none at another host',
      two('http://ads:3/a/', '/b/', set('')),
      two('http://ads:3/a/', '@/~files..b./', set('')),
    ],
  ])('%s', (_, from, to) => {
    expect(written(from, full)).toBe(to)
  })
})

describe('where no text leads right from each, each representation has the first of ours', () => {
  const chosen = (below: string): string => two('./', './', below)
  test.each([
    [
      'a template that climbs',
      template('../t/$Number$.m4s'),
      base('@/~file..b./') + template('../../@/~files..t./$Number$.m4s'),
    ],
    [
      'a BaseURL that climbs',
      base('../t/') + template('$Number$.m4s'),
      base('@/~files..t./') + template('$Number$.m4s'),
    ],
    [
      'an address from the root on, in a list',
      '<SegmentList><SegmentURL media="/t/1.m4s"/></SegmentList>',
      base('@/~file..b./') +
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
    expect(text.match(/>@\/~files\.\.0\.\/</g)).toHaveLength(40)
  })
})

describe('below a BaseURL at another host, what has its address in full', () => {
  const foreign = base('http://ads:3/x/')
  test.each([
    [
      'is a BaseURL',
      rep(base('http://o:1/v/') + template('../t/$Number$.m4s')),
      rep(base('@/~file..v./') + template('../../@/~files..t./$Number$.m4s')),
    ],
    [
      'is a template',
      rep(template('http://o:1/v/$Number$.m4s')),
      rep(template('@/~files..v./$Number$.m4s')),
    ],
    [
      'stands beside what has not',
      rep(
        '<SegmentList><Initialization sourceURL="../i.mp4?a"/><SegmentURL media="//cdn:2/v/1"/></SegmentList>',
      ),
      rep(
        '<SegmentList><Initialization sourceURL="http://ads:3/i.mp4?a"/><SegmentURL media="@/~files.cdn.v./1"/></SegmentList>',
      ),
    ],
    [
      'leaves the others there',
      `<Period><AdaptationSet>${template('$Number$.m4s')}<Representation id="a"><BaseURL>/v/</BaseURL></Representation><Representation id="b"/><Representation id="c"><BaseURL>//o:1/v/</BaseURL></Representation></AdaptationSet></Period>`,
      `<Period><AdaptationSet>${template('$Number$.m4s')}<Representation id="a"><BaseURL>http://ads:3/v/</BaseURL></Representation><Representation id="b"><BaseURL>http://ads:3/x/</BaseURL></Representation><Representation id="c"><BaseURL>@/~files..v./</BaseURL></Representation></AdaptationSet></Period>`,
    ],
  ])('%s', (_, from, to) => {
    expect(written(foreign + from)).toBe(base('./') + to)
  })
})

test('a list above representations is given to each as it leads right there', () => {
  const list = (more: string, init: string, ...media: string[]) =>
    `<SegmentList${more}><Initialization sourceURL="${init}"/><!-- a --><SegmentURL media="${media[0]}"/><SegmentURL media="${media[1]}" mediaRange="0-1"/></SegmentList>`
  const of = (inside: string) => `<Representation id="a">${inside}</Representation>`
  const set = (shared: string, ...below: string[]) =>
    `<Period><AdaptationSet>${shared}${below.map(of).join('')}</AdaptationSet></Period>`
  const shared = list(' duration="4" timescale="1"', '/i/i.mp4', '1.m4s', '../2.m4s')
  expect(
    written(
      set(
        shared,
        base('/v/'),
        base('http://ads:3/v/'),
        '<SegmentList duration="9"><SegmentURL media="own.m4s"/></SegmentList>',
        template('$Number$.m4s'),
      ),
    ),
  ).toBe(
    set(
      list(' duration="4" timescale="1"', '@/~files..i./i.mp4', '1.m4s', '@/~files..dash./2.m4s'),
      base('@/~files..v./') +
        list(
          ' duration="4" timescale="1"',
          '../../@/~files..i./i.mp4',
          '1.m4s',
          '../../@/~file..2.m4s/2.m4s',
        ),
      base('http://ads:3/v/') +
        list(' duration="4" timescale="1"', '/i/i.mp4', '1.m4s', '../2.m4s'),
      '<SegmentList duration="9"><Initialization sourceURL="@/~files..i./i.mp4"/><!-- a --><SegmentURL media="own.m4s"/></SegmentList>',
      template('$Number$.m4s'),
    ),
  )
})

test('slashes in the arguments of a BaseURL are no directories', () => {
  const text = (one: string, other: string) =>
    `<Period><AdaptationSet>${template('/t/$Number$.m4s')}<Representation id="a"><BaseURL>${one}</BaseURL></Representation><Representation id="b"><BaseURL>${other}</BaseURL></Representation></AdaptationSet></Period>`
  const shared = text('x?a=/b/c/', 'x?a=b')
  expect(written(shared)).toBe(shared.replace('"/t/', '"@/~files..t./'))
})
