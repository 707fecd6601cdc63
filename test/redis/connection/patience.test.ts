import { expect, test } from 'vitest'
import { createRedis, waitForRedis } from '../../../control/sessions/redis/client.ts'
import { isTimeout } from '../../../control/sessions/redis/command-timeout.ts'
import { useCleanup } from '../../support/cleanup.ts'
import { startRedis } from '../../support/programs/redis.ts'

const PATIENCE_MS = 200

/** Keeps this process from doing anything else. */
const beBusy = (ms: number): void => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

const onCleanup = useCleanup()

const connect = async () => {
  const redis = await startRedis()
  onCleanup(() => redis.stop())
  const client = createRedis({ urls: [redis.url], commandTimeoutMs: PATIENCE_MS })
  onCleanup(() => client.disconnect())
  await waitForRedis(client, 5_000)
  return { redis, client }
}

test('an answer that lay there while this process was busy is no time-out', async () => {
  const { client } = await connect()
  await client.set('a', '1')
  const answers = [client.get('a'), client.set('a', '2'), client.time()]
  // The commands go out, and their answers arrive unread.
  await new Promise((resolve) => setImmediate(resolve))
  beBusy(PATIENCE_MS * 3)
  expect((await Promise.all(answers)).slice(0, 2)).toEqual(['1', 'OK'])
})

test('a Redis that does not answer is given up', async () => {
  const { redis, client } = await connect()
  process.kill(redis.pid, 'SIGSTOP')
  const error = await client.get('a').catch((reason: unknown) => reason)
  process.kill(redis.pid, 'SIGCONT')
  expect(isTimeout(error)).toBe(true)
})
