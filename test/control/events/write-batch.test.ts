import { expect, test } from 'vitest'
import type { PlayEvent } from '../../../control/events/play-event.ts'
import { BUSY, createWriteBatch, MOST_HELD } from '../../../control/events/write-batch.ts'

const event = (id: string, type: PlayEvent['type'] = 'updated'): PlayEvent => ({
  type,
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
  const { add: gather } = createWriteBatch({ write, lingerMs: 1, maxEvents: 100 })
  await Promise.all([gather([event('a')]), gather([event('b'), event('c')])])
  await gather([event('d')])
  expect(writes).toEqual([['a', 'b', 'c'], ['d']])
})

test('enough are written at once', async () => {
  const { writes, write } = recorder()
  const { add: gather } = createWriteBatch({ write, lingerMs: 1_000_000, maxEvents: 3 })
  await Promise.all([gather([event('a')]), gather([event('b'), event('c')])])
  expect(writes).toEqual([['a', 'b', 'c']])
})

test('after a batch of many the next one waits longer, until few come again', async () => {
  const { writes, write } = recorder()
  const { add: gather } = createWriteBatch({
    write,
    lingerMs: 1,
    busyLingerMs: 200,
    maxEvents: 1000,
  })
  await gather(Array.from({ length: BUSY }, (_, n) => event(`many${n}`)))
  const began = performance.now()
  await gather([event('a')])
  expect(performance.now() - began).toBeGreaterThan(190)
  await gather([event('b')])
  expect(writes.slice(1)).toEqual([['a'], ['b']])
  const { add: calm } = createWriteBatch({
    write,
    lingerMs: 1,
    busyLingerMs: 1_000_000,
    maxEvents: 1000,
  })
  await calm(Array.from({ length: BUSY - 1 }, (_, n) => event(`few${n}`)))
  await calm([event('c')])
  expect(writes.at(-1)).toEqual(['c'])
})

test('a failure is everybody’s who was in it, and nobody’s after', async () => {
  const { write } = recorder(true)
  const { add: gather } = createWriteBatch({ write, lingerMs: 1, maxEvents: 100 })
  const results = await Promise.allSettled([gather([event('a')]), gather([event('b')])])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(gather([event('c')])).rejects.toThrow('no')
})

const many = (type: PlayEvent['type'], from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => event(`${from + n}`, type))

test('an opening among many is written with what follows it, or when it has waited long enough', async () => {
  const { writes, write } = recorder()
  const { add } = createWriteBatch({ write, lingerMs: 1, holdMs: 300, maxEvents: 1000 })
  const began = performance.now()
  const opened = add(many('opened', 0, BUSY))
  await add([event('else'), event('0', 'closed')])
  expect(writes).toEqual([['else', '0', '0']])
  await opened
  expect(performance.now() - began).toBeGreaterThan(230)
  expect(writes.slice(1).flat()).toEqual(many('opened', 1, BUSY).map(({ id }) => id))
})

test('few openings wait for nothing', async () => {
  const { writes, write } = recorder()
  const { add } = createWriteBatch({ write, lingerMs: 1, holdMs: 1_000_000, maxEvents: 1000 })
  await add(many('opened', 0, BUSY - 1))
  expect(writes.flat()).toHaveLength(BUSY - 1)
})

test('no more than so many openings wait, and none once it is closed', async () => {
  const { writes, write } = recorder()
  const { add, close } = createWriteBatch({
    write,
    lingerMs: 1,
    holdMs: 1_000_000,
    maxEvents: 1000,
  })
  const first = add(many('opened', 0, 100))
  const rest = add(many('opened', 100, MOST_HELD + 100))
  await first
  expect(writes).toEqual([many('opened', 0, 100).map(({ id }) => id)])
  close()
  await rest
  expect(Math.max(...writes.map(({ length }) => length))).toBe(1000)
  expect(new Set(writes.flat()).size).toBe(MOST_HELD + 100)
  await add(many('opened', 0, BUSY))
})

test('a failure of what was held is its caller’s', async () => {
  const { write } = recorder(true)
  const { add } = createWriteBatch({ write, lingerMs: 1, holdMs: 50, maxEvents: 1000 })
  await expect(add(many('opened', 0, BUSY))).rejects.toThrow('no')
})
