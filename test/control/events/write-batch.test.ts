import { expect, test } from 'vitest'
import type { PlayEvent } from '../../../control/events/play-event.ts'
import { BUSY, createWriteBatch } from '../../../control/events/write-batch.ts'

const event = (id: string): PlayEvent => ({
  type: 'updated',
  at: 1,
  id,
  source: 'edge:one',
  account: 'own:ann',
})

const recorder = (fails = false) => {
  const writes: string[][] = []
  const write = async (events: readonly PlayEvent[]) => {
    writes.push(events.map(({ id }) => id))
    if (fails) throw new Error('no')
  }
  return { writes, write }
}

test('those who come within the moment are written together', async () => {
  const { writes, write } = recorder()
  const gather = createWriteBatch({ write, lingerMs: 1, maxEvents: 100 })
  await Promise.all([gather([event('a')]), gather([event('b'), event('c')])])
  await gather([event('d')])
  expect(writes).toEqual([['a', 'b', 'c'], ['d']])
})

test('enough are written at once', async () => {
  const { writes, write } = recorder()
  const gather = createWriteBatch({ write, lingerMs: 1_000_000, maxEvents: 3 })
  await Promise.all([gather([event('a')]), gather([event('b'), event('c')])])
  expect(writes).toEqual([['a', 'b', 'c']])
})

test('after a batch of many the next one waits longer, until few come again', async () => {
  const { writes, write } = recorder()
  const gather = createWriteBatch({ write, lingerMs: 1, busyLingerMs: 200, maxEvents: 1000 })
  await gather(Array.from({ length: BUSY }, (_, n) => event(`many${n}`)))
  const began = performance.now()
  await gather([event('a')])
  expect(performance.now() - began).toBeGreaterThan(190)
  await gather([event('b')])
  expect(writes.slice(1)).toEqual([['a'], ['b']])
  const calm = createWriteBatch({ write, lingerMs: 1, busyLingerMs: 1_000_000, maxEvents: 1000 })
  await calm(Array.from({ length: BUSY - 1 }, (_, n) => event(`few${n}`)))
  await calm([event('c')])
  expect(writes.at(-1)).toEqual(['c'])
})

test('a failure is everybody’s who was in it, and nobody’s after', async () => {
  const { write } = recorder(true)
  const gather = createWriteBatch({ write, lingerMs: 1, maxEvents: 100 })
  const results = await Promise.allSettled([gather([event('a')]), gather([event('b')])])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(gather([event('c')])).rejects.toThrow('no')
})
