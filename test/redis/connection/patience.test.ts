import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
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

const connect = async (commandTimeoutMs = PATIENCE_MS) => {
  const redis = await startRedis()
  onCleanup(() => redis.stop())
  const client = createRedis({ urls: [redis.url], commandTimeoutMs })
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

test('what was answered is not kept until its time is over', async () => {
  const { client } = await connect(3_600_000)
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const sent: WeakRef<Buffer>[] = []
  for (let n = 0; n < 500; n += 1) {
    const value = Buffer.alloc(100, n)
    sent.push(new WeakRef(value))
    await client.set('a', value)
  }
  await new Promise((resolve) => setImmediate(resolve))
  collect()
  expect(sent.filter((one) => one.deref() !== undefined).length).toBeLessThan(200)
})
