import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBanFeed, type FeedChange } from '../../../../control/sessions/bans/ban-feed.ts'

const key = fc.constantFrom('a', 'b', 'c', 'd')
const change: fc.Arbitrary<FeedChange> = fc.record({
  set: fc.array(fc.tuple(key, fc.integer({ min: 100, max: 200 })), { maxLength: 2 }),
  clear: fc.array(key, { maxLength: 2 }),
  kill: fc.array(key, { maxLength: 2 }),
  drop: fc.array(key, { maxLength: 1 }),
})

/** What an edge holds after applying an answer. */
const applied = (held: Map<string, number>, answer: FeedChange & { full: boolean }) => {
  const next = answer.full ? new Map<string, number>() : new Map(held)
  for (const [name, until] of answer.set) next.set(name, until)
  for (const name of answer.clear) next.delete(name)
  return next
}

test('an edge that syncs now and then holds what one that hears everything holds', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(change, fc.boolean()), { maxLength: 30 }), (steps) => {
      const feed = createBanFeed(() => 0)
      let pushed = new Map<string, number>()
      let pulled = new Map<string, number>()
      let cursor: string | null = null
      feed.subscribe((told) => {
        pushed = applied(pushed, { ...told, clear: [] })
        for (const name of told.clear) {
          if (!told.set.some(([same]) => same === name)) pushed.delete(name)
        }
      })
      for (const [one, syncs] of steps) {
        feed.apply(one)
        if (!syncs) continue
        const answer = feed.since(cursor)
        cursor = answer.cursor
        pulled = applied(pulled, answer)
      }
      pulled = applied(pulled, feed.since(cursor))
      expect(Object.fromEntries(pulled)).toEqual(Object.fromEntries(pushed))
    }),
  )
})

test('a cursor of before the kept changes gets everything that is still in force', () => {
  let now = 0
  const feed = createBanFeed(() => now)
  const nothing = { set: [], clear: [], kill: [], drop: [] }
  const first = feed.since(null).cursor
  feed.apply({ ...nothing, set: [['long', 1_000_000]], kill: ['long'] })
  for (let at = 0; at < 12_000; at += 1) feed.apply({ ...nothing, set: [[`k${at}`, 50]] })
  now = 100
  feed.purge(now)
  const answer = feed.since(first)
  expect(answer).toMatchObject({ full: true, set: [['long', 1_000_000]], kill: ['long'] })
})

test('a listener that stopped hears nothing more', () => {
  const feed = createBanFeed(() => 0)
  let heard = 0
  const stop = feed.subscribe(() => {
    heard += 1
  })
  feed.apply({ set: [], clear: ['a'], kill: [], drop: [] })
  stop()
  feed.apply({ set: [], clear: ['a'], kill: [], drop: [] })
  expect(heard).toBe(1)
})
