import { expect, test } from 'vitest'
import { createConcurrencyLimit } from '../../../../control/sessions/redis/concurrency-limit.ts'

test('at most so many run at once, all run, and one that fails frees its place', async () => {
  const gate = createConcurrencyLimit(3)
  let running = 0
  let most = 0
  const act = (at: number) => async () => {
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    if (at % 5 === 0) throw new Error('failed')
    return at
  }
  const results = await Promise.allSettled(Array.from({ length: 50 }, (_, at) => gate(act(at))))
  expect(most).toBe(3)
  expect(running).toBe(0)
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(40)
})
