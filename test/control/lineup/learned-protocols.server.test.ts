import { beforeEach, expect, it } from 'vitest'
import { createLearnedProtocols } from '../../../control/lineup/learned-protocols.ts'
import { KEYS } from '../../../control/sessions/model/keys.ts'
import { createRedis, type RedisClient } from '../../../control/sessions/redis/client.ts'
import { until } from '../../support/programs/port.ts'
import { ownRedis } from '../../support/programs/redis-client.ts'

const URL_A = 'http://o/live.php?id=5&password=secret'
const URL_B = 'http://o/play'

const redis = await ownRedis()
let now = 0
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1)
  await redis.del(KEYS.protocols.key)
})

const plane = () => createLearnedProtocols(redis, () => now)

it('gives what one control plane learned to the others, and to one that starts later', async () => {
  const [a, b] = [plane(), plane()]
  expect(await a.refresh()).toBe(false)
  a.learn(URL_A, 'hls')
  a.learn(URL_B, 'dash')
  expect(a.of(URL_A)).toEqual({ protocol: 'hls', at: now })
  expect(await a.refresh()).toBe(true)
  expect(await b.refresh()).toBe(true)
  expect(b.of(URL_B)?.protocol).toBe('dash')
  expect([await a.refresh(), await b.refresh()]).toEqual([false, false])
  now += 86_400_000
  const later = plane()
  expect(await later.refresh()).toBe(true)
  expect(later.of(URL_A)?.protocol).toBe('hls')
})

it('takes the newest answer where an origin changes its mind', async () => {
  const [a, b] = [plane(), plane()]
  a.learn(URL_A, 'mpegts')
  await a.refresh()
  await b.refresh()
  now += 3_600_000
  b.learn(URL_A, 'hls')
  expect(await b.refresh()).toBe(true)
  expect(await a.refresh()).toBe(true)
  expect(a.of(URL_A)?.protocol).toBe('hls')
  expect(await redis.zcard(KEYS.protocols.key)).toBe(1)
})

it('is no news where the answer is the same again', async () => {
  const [a, b] = [plane(), plane()]
  a.learn(URL_A, 'hls')
  await a.refresh()
  await b.refresh()
  now += 3_600_000
  a.learn(URL_A, 'hls')
  expect([await a.refresh(), await b.refresh()]).toEqual([false, false])
  expect(b.of(URL_A)?.at).toBe(now)
})

it('stores no address, and forgets answers that nobody has had for thirty days', async () => {
  const a = plane()
  a.learn(URL_A, 'hls')
  await a.refresh()
  expect((await redis.zrange(KEYS.protocols.key, '0', '-1')).join()).not.toMatch(/secret|live/)
  now += KEYS.protocols.ttlMs + 1
  const b = plane()
  b.learn(URL_B, 'dash')
  await b.refresh()
  expect(b.of(URL_A)).toBeNull()
  expect(await redis.zcard(KEYS.protocols.key)).toBe(1)
})

it('reads more answers than come at once, and leaves out what it does not understand', async () => {
  const rows = Array.from({ length: 4_500 }, (_, n) => [String(now), `hash${n} hls`] as const)
  await redis.zadd(KEYS.protocols.key, ...rows.flat(), String(now), 'x rtmp', String(now), '')
  const seen = plane()
  seen.learn(URL_A, 'hls')
  expect(await seen.refresh()).toBe(true)
  expect(await plane().refresh()).toBe(true)
  expect(seen.of('x')).toBeNull()
})

it('keeps what it learns while Redis is away, and tells it when that is back', async () => {
  const away = createRedis({ urls: ['redis://127.0.0.1:1'], onError: () => undefined })
  let client: RedisClient = away
  const switched = new Proxy({} as RedisClient, {
    get: (_none, name: 'zadd') => client[name].bind(client),
  })
  const a = createLearnedProtocols(switched, () => now)
  a.learn(URL_A, 'dash')
  await expect(a.refresh()).rejects.toThrow()
  expect(a.of(URL_A)?.protocol).toBe('dash')
  client = redis
  await a.refresh()
  const b = plane()
  await b.refresh()
  expect(b.of(URL_A)?.protocol).toBe('dash')
  away.disconnect()
})

it('tells the others without waiting for the next round', async () => {
  const [a, b] = [plane(), plane()]
  a.learn(URL_A, 'hls')
  await until('the answer', async () => await b.refresh())
  expect(b.of(URL_A)?.protocol).toBe('hls')
})
