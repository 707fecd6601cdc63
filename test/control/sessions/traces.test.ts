import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createMemoryEngine } from '../../../control/sessions/memory/engine.ts'
import { createMemoryIndex } from '../../../control/sessions/memory/session-index.ts'
import { createCappedStore } from '../../../control/sessions/model/capped-store.ts'
import { judgeStory, playedSome, playTrace, type Trace } from './trace-player.ts'

const folder = join(import.meta.dirname, '../../vectors/sessions')
const traces = readdirSync(folder).map((file) => {
  const trace: Trace = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  return { file, trace }
})

test.each(traces)('$trace.title [$file]', async ({ trace }) => {
  const clock = { now: 1_760_000_000_000 }
  const store = createCappedStore({
    engine: createMemoryEngine(() => clock.now),
    index: createMemoryIndex(),
    now: () => clock.now,
    wait: async () => {},
    onEffects: () => {},
  })
  const story = await playTrace(trace, store, clock, 'own:trace')
  expect(playedSome(story)).toBe(true)
  expect(judgeStory(trace, story)).toEqual([])
})
