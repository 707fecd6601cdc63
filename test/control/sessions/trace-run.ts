import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMemoryEngine } from '../../../control/sessions/memory/engine.ts'
import { createMemoryIndex } from '../../../control/sessions/memory/session-index.ts'
import type { CapEngine } from '../../../control/sessions/model/cap-engine.ts'
import { createCappedStore } from '../../../control/sessions/model/capped-store.ts'
import { playTrace, type Story, type Trace } from './trace-player.ts'

/** The ways a cap is kept, the default first. */
export const MODES = ['replace', 'soft', 'hard'] as const
export type Mode = (typeof MODES)[number]

/** A trace with the name of its file. */
export interface NamedTrace {
  readonly file: string
  readonly trace: Trace
}

const folder = join(import.meta.dirname, '../../vectors/sessions')

/** Every trace of `test/vectors/sessions`, in the order of their names. */
export const readTraces = (): NamedTrace[] =>
  readdirSync(folder)
    .toSorted()
    .map((file) => {
      const trace: Trace = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      return { file, trace }
    })

/** The same players under another way to keep the cap. */
export const underMode = (trace: Trace, limitation: Mode): Trace => ({
  ...trace,
  limits: { ...trace.limits, limitation },
})

/** Plays a trace on a simulated clock; `engineOf` makes the caps that run on it, those in memory where left out. */
export const runTrace = async (
  trace: Trace,
  account: string,
  engineOf: (now: () => number) => CapEngine = (now) => createMemoryEngine(now),
): Promise<Story> => {
  const clock = { now: 1_760_000_000_000 }
  const store = createCappedStore({
    engine: engineOf(() => clock.now),
    index: createMemoryIndex(),
    now: () => clock.now,
    wait: async () => {},
    onEffects: () => {},
  })
  return await playTrace(trace, store, clock, account)
}

/** Whether anything played at all: a trace nobody plays proves nothing. */
export const playedSome = (story: Story): boolean => story.progress.length > 5
