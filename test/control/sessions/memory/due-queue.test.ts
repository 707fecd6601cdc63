import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMemoryIndex } from '../../../../control/sessions/memory/session-index.ts'
import { shardOf } from '../../../../control/sessions/model/keys.ts'

const entry = (key: string, idleMs: number) => ({
  tag: `${key}${'0'.repeat(15)}`,
  key,
  sid: key,
  channel: 'c',
  network: 'n',
  download: '',
  idleMs,
})

const key = fc.constantFrom('0', '1', '2', '3')
const act = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key, ms: fc.integer({ min: 1, max: 9_000 }) }),
  fc.record({ kind: fc.constant('touch' as const), key, ms: fc.integer({ min: 1, max: 9_000 }) }),
  fc.record({ kind: fc.constant('remove' as const), key, ms: fc.constant(0) }),
  fc.record({ kind: fc.constant('wait' as const), key, ms: fc.integer({ min: 1, max: 9_000 }) }),
)

test('the index names exactly those whose time is up, whatever happened before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
      const index = createMemoryIndex()
      const until = new Map<string, number>()
      let now = 1_000_000
      for (const { kind, key: name, ms } of acts) {
        if (kind === 'wait') now += ms
        else if (kind === 'remove') {
          index.remove(entry(name, 0))
          until.delete(name)
        } else {
          if (kind === 'put') await index.put(entry(name, ms), now + ms)
          else index.touch([entry(name, ms)], now)
          until.set(name, now + ms)
        }
        for (const one of ['0', '1', '2', '3']) {
          const due = await index.due(shardOf(entry(one, 0).tag), now)
          const isDue = (until.get(one) ?? Number.POSITIVE_INFINITY) <= now
          expect(due.map((place) => place.key)).toEqual(isDue ? [one] : [])
        }
      }
    }),
  )
})
