import { expect, test } from 'vitest'
import { createIndexCache } from '../../../../control/sessions/redis/index-cache.ts'

const entry = (key: string) => ({
  tag: '0123456789abcdef',
  key,
  sid: 's',
  channel: 'c',
  network: 'n',
  download: '',
  idleMs: 30_000,
})

test('the oldest goes first and entries grow stale', () => {
  const cache = createIndexCache(2, 1_000)
  cache.put(entry('a'), 0)
  cache.put(entry('b'), 100)
  cache.put(entry('a'), 200)
  cache.put(entry('c'), 300)
  expect([cache.get('a'), cache.get('b'), cache.get('c')].map((one) => one?.key)).toEqual([
    'a',
    undefined,
    'c',
  ])
  expect(cache.isStale('a', 1_100)).toBe(false)
  expect(cache.isStale('a', 1_200)).toBe(true)
  expect(cache.isStale('b', 1_200)).toBe(true)
  expect(cache.size()).toBe(2)
})
