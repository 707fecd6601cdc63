import { describe, expect, test } from 'vitest'
import { resolveAddress } from '#domain/addresses/resolve'

const base = { origin: 'http://o.example:9000', path: '/hls/ch1/720/index.m3u8', query: '?a=1' }
const resolved = (reference: string): string | null => {
  const found = resolveAddress(reference, base)
  return found === null ? null : found.origin + found.path + found.query
}

describe('references are resolved as RFC 3986 says', () => {
  test.each([
    ['seg.ts', '/hls/ch1/720/seg.ts'],
    ['./seg.ts?b=2', '/hls/ch1/720/seg.ts?b=2'],
    ['../a/seg.ts', '/hls/ch1/a/seg.ts'],
    ['./../a4x/one.ts', '/hls/ch1/a4x/one.ts'],
    ['720/../../a4x/two.ts', '/hls/ch1/a4x/two.ts'],
    ['a/%2e%2E/b.ts', '/hls/ch1/720/b.ts'],
    ['../../../../../x', '/x'],
    ['..', '/hls/ch1/'],
    ['.', '/hls/ch1/720/'],
    ['/x//y.ts', '/x//y.ts'],
    ['a%2Fb.ts', '/hls/ch1/720/a%2Fb.ts'],
    ['a\\b.ts', '/hls/ch1/720/a/b.ts'],
    ['?c=3', '/hls/ch1/720/index.m3u8?c=3'],
    ['', '/hls/ch1/720/index.m3u8?a=1'],
    ['seg.ts#t=1', '/hls/ch1/720/seg.ts'],
    ['b c.ts', '/hls/ch1/720/b%20c.ts'],
    ['ü.ts?x={y}', '/hls/ch1/720/%C3%BC.ts?x={y}'],
    ['a|b{c}^`.ts?a|=^`{}\\&"<>', '/hls/ch1/720/a|b%7Bc%7D^%60.ts?a|=^`{}\\&%22%3C%3E'],
    ['x.ts?u=http://z/../y', '/hls/ch1/720/x.ts?u=http://z/../y'],
  ])('%s', (reference, path) => {
    expect(resolved(reference)).toBe(`http://o.example:9000${path}`)
  })

  test.each([
    ['http://O.Example:80/x', 'http://o.example/x'],
    ['HTTPS://c.example:443', 'https://c.example/'],
    ['//c.example:8080/x?y', 'http://c.example:8080/x?y'],
    ['http://user:secret@c.example/x', 'http://c.example/x'],
    ['http://c.example?x=1', 'http://c.example/?x=1'],
    ['http://[::1]:80/x', 'http://[::1]/x'],
    ['http://c.example:0080/x', 'http://c.example/x'],
    ['http://c.example:08080/x', 'http://c.example:8080/x'],
    ['data:text/plain,x', null],
    ['skd://key/1', null],
    ['urn:mpeg:dash:resolve-to-zero:2013', null],
  ])('%s', (reference, whole) => {
    expect(resolved(reference)).toBe(whole)
  })
})
