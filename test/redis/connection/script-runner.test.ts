import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createRedis, waitForRedis } from '../../../control/sessions/redis/client.ts'
import { scriptRunner } from '../../../control/sessions/redis/scripts.ts'
import { useCleanup } from '../../support/cleanup.ts'
import { startRedis } from '../../support/programs/redis.ts'

const onCleanup = useCleanup()

/** Answers its argument, or fails every fifth time. */
const text = `
  local at = tonumber(ARGV[1])
  if at % 5 == 0 then return redis.error_reply('failed') end
  return at`
const sha = createHash('sha1').update(text).digest('hex')

test('64 scripts run at once, all run, and one that fails frees its place', async () => {
  const server = await startRedis()
  onCleanup(() => server.stop())
  const redis = createRedis({ urls: [server.url], commandTimeoutMs: 10_000 })
  onCleanup(() => redis.disconnect())
  await waitForRedis(redis, 5_000)
  let running = 0
  let most = 0
  const evalsha = redis.evalsha.bind(redis)
  Object.assign(redis, {
    evalsha: async (...call: [string, number, ...string[]]) => {
      running += 1
      most = Math.max(most, running)
      return await evalsha(...call).finally(() => {
        running -= 1
      })
    },
  })
  const run = scriptRunner(redis, new Map([['echo', { name: 'echo', keys: 1, text, sha }]]))
  const calls = Array.from({ length: 200 }, (_, at) => run('echo', ['key'], [String(at)]))
  const results = await Promise.allSettled(calls)
  expect(most).toBe(64)
  expect(running).toBe(0)
  const values = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  expect(values).toEqual(Array.from({ length: 200 }, (_, at) => at).filter((at) => at % 5 > 0))
})
