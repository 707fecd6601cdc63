import { expect, it } from 'vitest'
import { orderedPool } from '../../../../control/report/common/ordered-pool.ts'
import { createPlaceBook } from '../../../../control/report/common/place-book.ts'
import { TautulliError } from '../../../../control/sources/tautulli/error.ts'

it('items are worked on together, but never more than allowed, and come out in order', async () => {
  let running = 0
  let most = 0
  const release: (() => void)[] = []
  const work = async (item: number): Promise<number> => {
    running += 1
    most = Math.max(most, running)
    await new Promise<void>((resolve) => release.push(resolve))
    running -= 1
    if (item === 3) throw new Error('three')
    return item * 10
  }
  const seen: unknown[] = []
  const reading = (async () => {
    for await (const { item, outcome } of orderedPool([1, 2, 3, 4, 5], 2, work))
      seen.push(outcome.ok ? outcome.value : `${item}: ${outcome.error.message}`)
  })()
  // The newest is let go first, so that order cannot come from luck.
  for (let i = 0; i < 50 && seen.length < 5; i++) {
    release.pop()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await reading
  expect(seen).toEqual([10, 20, '3: three', 40, 50])
  expect(most).toBe(2)
})

it('nothing to work on ends at once', async () => {
  const seen: unknown[] = []
  for await (const one of orderedPool([], 4, async () => 1)) seen.push(one)
  expect(seen).toEqual([])
})

it('an address is looked up once, and only the server’s own faults are counted', async () => {
  const asked: string[] = []
  const book = createPlaceBook(async (address) => {
    asked.push(address)
    if (address === 'unknown')
      throw new TautulliError({ kind: 'refused', command: 'get_geoip_lookup', status: 400 })
    if (address === 'broken')
      throw new TautulliError({ kind: 'timeout', command: 'get_geoip_lookup' })
    return { city: address }
  }, 2)
  const [first, second] = await Promise.all([
    book.find(['a', 'unknown', 'broken', 'a']),
    book.find(['a', 'b']),
  ])
  expect(Object.fromEntries(first)).toEqual({ a: { city: 'a' }, unknown: null, broken: null })
  expect(Object.fromEntries(second)).toEqual({ a: { city: 'a' }, b: { city: 'b' } })
  expect(asked.sort()).toEqual(['a', 'b', 'broken', 'unknown'])
  expect(book.tally()).toEqual({ asked: 4, failed: 1 })
})
