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

const NOTHING = { edge: '', seen: [], traffic: [], limits: null }

const sweepAccount = async (
  options: SweepOptions,
  tag: string,
  due: readonly SessionLocation[],
) => {
  const { engine, index, now, onEffects } = options
  const { effects } = await engine.renew(tag, NOTHING)
  onEffects(effects)
  // What has ended is removed with its end.
  const ended = new Set(effects.ended.map(({ key }) => key))
  const left = due.filter(({ key }) => !ended.has(key))
  if (left.length === 0) return
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
  for (let shard = 0; shard < LIVE_SHARDS; shard += 1) {
    const due = await options.index.due(shard, options.now())
    const byTag = new Map<string, SessionLocation[]>()
    for (const place of due) byTag.set(place.tag, [...(byTag.get(place.tag) ?? []), place])
    await Promise.all([...byTag].map(([tag, places]) => sweepAccount(options, tag, places)))
    count += due.length
  }
  return count
}
