import type { Effects } from '#domain/limits/types'
import type { CapEngine } from './model/cap-engine.ts'
import { LIVE_SHARDS } from './model/keys.ts'
import type { SessionIndex, SessionLocation } from './model/session-index.ts'
import { endOfSlot, entryOfSlot } from './model/session-shape.ts'

export interface SweepOptions {
  readonly engine: CapEngine
  readonly index: SessionIndex
  readonly now: () => number
  readonly onEffects: (effects: Effects) => void
}

/** Removes or moves what was due and has not ended. */
const settleLeft = async (
  { engine, index, now }: SweepOptions,
  tag: string,
  left: readonly SessionLocation[],
) => {
  const [state] = await engine.read([tag])
  for (const place of left) {
    const slot = state?.slots[place.key]
    if (!slot || !state) {
      index.removeLocation(place)
      continue
    }
    const entry = entryOfSlot(place.key, slot)
    const until = endOfSlot(slot, state.limits.reserveMs)
    if (slot.gone > 0 || until <= now()) index.remove(entry)
    else await index.put(entry, until)
  }
}

/** Ends idle sessions of accounts without requests, so that their end reaches history; returns how many were due. */
export const endIdleSessions = async (options: SweepOptions): Promise<number> => {
  let count = 0
  const now = options.now()
  // Asked together, they go to Redis in one write.
  const shards = Array.from({ length: LIVE_SHARDS }, (_, shard) => options.index.due(shard, now))
  for (const due of await Promise.all(shards)) {
    const byTag = new Map<string, SessionLocation[]>()
    for (const place of due) byTag.set(place.tag, [...(byTag.get(place.tag) ?? []), place])
    if (due.length === 0) continue
    const effects = await options.engine.sweep([...byTag.keys()])
    for (const [at, [tag, places]] of [...byTag].entries()) {
      const ended = effects[at]?.ended ?? []
      if (effects[at] !== undefined) options.onEffects(effects[at])
      // What has ended is removed with its end.
      const left = places.filter((place) => !ended.some(({ key }) => key === place.key))
      if (left.length > 0) await settleLeft(options, tag, left)
    }
    count += due.length
  }
  return count
}
