import { afterAll } from 'vitest'
import {
  createRedis,
  type RedisClient,
  waitForRedis,
} from '../../../control/sessions/redis/client.ts'
import { startRedis } from './redis.ts'

/** A client of a real Redis that the test file has for itself; both end with it. */
export async function ownRedis(): Promise<RedisClient> {
  const server = await startRedis()
  const redis = createRedis({ urls: [server.url] })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })
  await waitForRedis(redis, 5000)
  return redis
}
