import { expect, it } from 'vitest'
import type { CapEngine } from '../../../control/sessions/model/cap-engine.ts'
import { LIVE_SHARDS } from '../../../control/sessions/model/keys.ts'
import type {
  SessionIndex,
  SessionLocation,
} from '../../../control/sessions/model/session-index.ts'
import { endIdleSessions } from '../../../control/sessions/sweep.ts'

it('asks every shard for what is due before it waits for one of them', async () => {
  const asked: number[] = []
  const answers: ((places: SessionLocation[]) => void)[] = []
  const due: SessionIndex['due'] = async (shard) => {
    asked.push(shard)
    return await new Promise((resolve) => answers.push(resolve))
  }
  const swept: string[] = []
  const sweep: CapEngine['sweep'] = async (tags) => {
    swept.push(...tags)
    return []
  }
  const removed: string[] = []
  const ended = endIdleSessions({
    engine: { sweep, read: async () => [null] } as Partial<CapEngine> as CapEngine,
    index: {
      due,
      removeLocation: ({ key }: SessionLocation) => removed.push(key),
    } as Partial<SessionIndex> as SessionIndex,
    now: () => 1_000_000,
    onEffects: () => undefined,
  })
  expect(asked).toEqual(Array.from({ length: LIVE_SHARDS }, (_, shard) => shard))
  for (const [shard, answer] of answers.entries())
    answer(shard % 5 === 0 ? [{ tag: `tag-of-shard-${shard}`, key: `key ${shard}` }] : [])
  const shards = asked.filter((shard) => shard % 5 === 0)
  expect(await ended).toBe(shards.length)
  expect(swept).toEqual(shards.map((shard) => `tag-of-shard-${shard}`))
  expect(removed).toEqual(shards.map((shard) => `key ${shard}`))
})
