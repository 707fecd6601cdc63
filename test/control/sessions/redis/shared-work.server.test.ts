import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWorkLock } from '../../../../control/sessions/redis/work-lock.ts'
import { createTrafficMeter } from '../../../../control/sessions/traffic-meter.ts'
import { startRedis, type TestRedis } from '../../../support/programs/redis.ts'

let server: TestRedis
let redis: Redis

beforeAll(async () => {
  server = await startRedis()
  redis = new Redis(server.port, '127.0.0.1')
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

it('adds up what all control planes saw in the last ten seconds', async () => {
  let now = 1_000_000
  const [a, b] = [createTrafficMeter(redis, () => now), createTrafficMeter(redis, () => now)]
  a.add(10e6)
  b.add(5e6)
  expect(await a.mbps()).toBeCloseTo(8)
  expect(await b.mbps()).toBeCloseTo(12)
  expect(await a.mbps()).toBeCloseTo(12)
  now += 16_000
  expect(await b.mbps()).toBe(0)
})

it('gives work to one, and to another when the first is gone', async () => {
  const [a, b] = [createWorkLock(redis), createWorkLock(redis)]
  expect(await a.owns('test', 60_000)).toBe(true)
  expect(await b.owns('test', 60_000)).toBe(false)
  expect(await a.owns('test', 60_000)).toBe(true)
  await redis.del('gh:work:test')
  expect(await b.owns('test', 60_000)).toBe(true)
  expect(await a.owns('test', 60_000)).toBe(false)
})

it('lets everybody work while Redis is away', async () => {
  const gone = new Redis({
    port: 1,
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  })
  expect(await createWorkLock(gone).owns('test')).toBe(true)
  expect(await createTrafficMeter(gone, () => 0).mbps()).toBe(0)
  gone.disconnect()
})
