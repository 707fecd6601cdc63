import { describe, expect, test } from 'vitest'
import { cookieHeader, goesTo, readSetCookie, splitSetCookies } from '#domain/cookies/cookie'
import { keepCookie, openKept, setKept } from '#domain/cookies/kept-cookie'
import { nodeCrypto } from '../node-crypto.ts'

/** The engine of the edge has no `URL`. */
const at = (url: string) => {
  const [, origin = '', path = '', query = ''] = /^(https?:\/\/[^/]+)([^?]*)(.*)$/.exec(url) ?? []
  return { origin, path, query }
}
const from = at('http://a.media.example/hls/one/index.m3u8')
const NOW = 1_800_000_000
const read = (text: string) => readSetCookie(text, from, NOW)
const sent = (text: string, url: string): string => {
  const cookie = read(text)
  return cookie === null ? '' : cookieHeader([cookie], at(url), NOW)
}

describe('a cookie goes back to where it came from', () => {
  test.each([
    ['sid=1', 'http://a.media.example/hls/one/2.ts', 'sid=1'],
    ['sid=1', 'http://a.media.example/hls/one', 'sid=1'],
    ['sid=1', 'http://a.media.example/hls/one2/2.ts', ''],
    ['sid=1', 'http://a.media.example/', ''],
    ['sid=1; Path=/', 'http://a.media.example/x', 'sid=1'],
    ['sid=1; path=/hls; ', 'http://a.media.example/hls/two/1.ts', 'sid=1'],
    ['sid=1; Path=', 'http://a.media.example/hls/one/2.ts', 'sid=1'],
    ['sid=1; Path=/', 'http://b.media.example/x', ''],
    ['sid=1; Path=/', 'http://x.a.media.example/x', ''],
    ['sid=1; Path=/; Domain=media.example', 'http://b.media.example/x', 'sid=1'],
    ['sid=1; Path=/; Domain=.MEDIA.example', 'http://b.media.example:81/x', 'sid=1'],
    ['sid=1; Path=/; Domain=media.example', 'http://xmedia.example/x', ''],
    ['sid=1; Path=/; Domain=other.example', 'http://other.example/x', ''],
    ['sid=1; Path=/; Domain=example', 'http://b.example/x', ''],
    ['sid=1; Path=/; Secure', 'http://a.media.example/x', ''],
    ['sid=1; Path=/; Secure', 'https://a.media.example/x', 'sid=1'],
    ['sid=1; Path=/; Max-Age=60', 'http://a.media.example/x', 'sid=1'],
    ['sid=1; Path=/; Max-Age=0', 'http://a.media.example/x', ''],
    ['sid=1; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'http://a.media.example/x', ''],
    ['sid=1; Path=/; Expires=Wed, 21-Oct-2099 07:28:00 GMT', 'http://a.media.example/x', 'sid=1'],
    [
      'sid=1; Path=/; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
      'http://a.media.example/x',
      'sid=1',
    ],
    ['a="q=1&r"; Path=/', 'http://a.media.example/x', 'a="q=1&r"'],
    ['nothing', 'http://a.media.example/hls/one/2.ts', ''],
    ['=x; Path=/', 'http://a.media.example/x', ''],
    ['a=\u0001; Path=/', 'http://a.media.example/x', ''],
  ])('%s at %s', (text, url, wanted) => expect(sent(text, url)).toBe(wanted))

  test('an address of numbers has no domains above it', () => {
    const cookie = readSetCookie('a=1; Path=/; Domain=0.0.1', at('http://127.0.0.1/'), NOW)
    expect(cookie).toBeNull()
  })

  test('the longer path first', () => {
    const cookies = [read('a=1; Path=/'), read('b=2; Path=/hls')].flatMap((it) => it ?? [])
    expect(cookieHeader(cookies, from, NOW)).toBe('b=2; a=1')
    expect(cookies.map((it) => goesTo(it, at('http://a.media.example/x'), NOW))).toEqual([
      true,
      false,
    ])
  })
})

test('several in one line, with the commas of their dates', () => {
  const first = 'a=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT; Path=/'
  expect(splitSetCookies(`${first}, b=x, c = 3; Path=/q`)).toEqual([first, 'b=x', 'c = 3; Path=/q'])
  const listed = 'a={"b":1,"c":"d=e"}; Path=/'
  expect(splitSetCookies(`${listed}, d=1,e=2`)).toEqual([listed, 'd=1,e=2'])
  // One without a name is none, and no part of the one before.
  expect(splitSetCookies('a=1; Path=/p, =b, c=2')).toEqual(['a=1; Path=/p', '=b', 'c=2'])
  expect(read('=b')).toBeNull()
  expect(splitSetCookies('')).toEqual([])
})

describe('kept under seal', () => {
  const secret = new Uint8Array(32).fill(5)
  const keeper = {
    crypto: nodeCrypto,
    key: { kid: 1, secret },
    secretOf: (kid: number) => (kid === 1 ? secret : null),
    binding: { channel: 'one', origin: 'http://a.media.example' },
  }
  const cookie = read('sid=p=w; Path=/hls; Domain=media.example; Secure; Max-Age=60')
  if (cookie === null) throw new Error('no cookie')
  const pair = keepCookie(keeper, cookie) ?? ''

  test('it comes back whole, and tells nothing', () => {
    expect(pair).toMatch(/^gh_[\w-]{8}=~[\w-]+$/)
    expect(openKept(keeper, `x=1; ${pair}; y`)).toEqual([cookie])
    expect(setKept(pair, cookie, '/s/P/one/', NOW)).toBe(
      `${pair}; Path=/s/P/one/; Max-Age=60; HttpOnly`,
    )
  })

  test('under one name the later counts, and another channel’s is none', () => {
    const again = keepCookie(keeper, { ...cookie, value: 'new' }) ?? ''
    expect(again.slice(0, 11)).toBe(pair.slice(0, 11))
    expect(openKept(keeper, `${pair}; ${again}`).map((it) => it.value)).toEqual(['new'])
    const other = { ...keeper, binding: { ...keeper.binding, channel: 'two' } }
    expect(openKept(other, pair)).toEqual([])
    expect(openKept(keeper, `${pair.slice(0, -2)}AA; gh_forged00=~AAAA; gh_x=sid`)).toEqual([])
  })
})
