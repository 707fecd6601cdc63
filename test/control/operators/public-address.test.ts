import { expect, test } from 'vitest'
import {
  cookieScope,
  publicAddress,
  withoutBasePath,
} from '../../../control/operators/public-address.ts'

test('a base path is that of the public address, without its last slash', () => {
  expect(publicAddress(null)).toEqual({ basePath: '', url: null })
  expect(publicAddress('https://tv.example.net')).toEqual({
    basePath: '',
    url: 'https://tv.example.net',
  })
  expect(publicAddress('https://tv.example.net/a/b/')).toEqual({
    basePath: '/a/b',
    url: 'https://tv.example.net/a/b',
  })
})

test('it is taken off a path as a whole part alone', () => {
  const off = (path: string) => withoutBasePath(path, '/tv')
  expect(['/tv', '/tv/', '/tv?a=1', '/tv/api?b=/tv', '/tvs/x', '/api/tv'].map(off)).toEqual([
    '/',
    '/',
    '/?a=1',
    '/api?b=/tv',
    '/tvs/x',
    '/api/tv',
  ])
  expect(withoutBasePath('/x', '')).toBe('/x')
})

test('cookies lie below it for who came by the public address, and at the root for who came past the proxy', () => {
  const place = publicAddress('https://tv.example.net/gatehouse')
  const scope = (host: string, isSecure = false) => cookieScope(place, { host, isSecure })
  expect(scope('tv.example.net')).toEqual({ path: '/gatehouse', secure: true })
  expect(scope('127.0.0.1:8090')).toEqual({ path: '/', secure: false })
  expect(scope('tv.example.net:8090')).toEqual({ path: '/', secure: false })
  expect(cookieScope(publicAddress(null), { host: 'a', isSecure: true })).toEqual({
    path: '/',
    secure: true,
  })
})
