import type { AccountState } from '#domain/limits/types'
import type { CapEngine } from '../model/cap-engine.ts'
import type { SessionIndex } from '../model/session-index.ts'
import { endOfSlot, entryOfSlot } from '../model/session-shape.ts'
import type { MemoryEngine } from './engine.ts'

export interface RestoreRedisOptions {
  readonly memory: MemoryEngine
  readonly engine: CapEngine
  readonly index: SessionIndex
}

const BATCH = 200
/** Rounds for accounts that change meanwhile; the last few are written with their next renewal. */
const ROUNDS = 10

const restoreOne = async (state: AccountState, { engine, index }: RestoreRedisOptions) => {
  await engine.restore(state)
  for (const [key, slot] of Object.entries(state.slots)) {
    if (slot.gone > 0) continue
    await index.put(entryOfSlot(key, slot), endOfSlot(slot, state.limits.reserveMs))
  }
}

/**
 * Writes sessions of this process back to Redis: all accounts where Redis is empty, else those that changed
 * meanwhile.
 */
export const restoreRedis = async (
  options: RestoreRedisOptions,
  isEmpty: boolean,
): Promise<void> => {
  const { memory } = options
  const changed = memory.takeChanged()
  let states = isEmpty ? memory.states() : changed
  for (let round = 0; round < ROUNDS && states.length > 0; round += 1) {
    for (let at = 0; at < states.length; at += BATCH) {
      await Promise.all(states.slice(at, at + BATCH).map((state) => restoreOne(state, options)))
    }
    states = memory.takeChanged()
  }
}
