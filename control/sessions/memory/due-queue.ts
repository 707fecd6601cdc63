import { LIVE_SHARDS } from '../model/keys.ts'

/** Queue of keys by due time, in buckets of a second. */
export interface DueQueue {
  /** Adds a key due at `until` (Unix ms); postponing it needs no new call. */
  add(shard: number, key: string, until: number): void
  /** Keys of a shard that are due at `at` by `untilOf`; keys stay queued until `untilOf` returns undefined. */
  due(shard: number, at: number, untilOf: (key: string) => number | undefined): string[]
}

/** Keys are noted by the second. */
const STEP_MS = 1_000

/** Creates an empty queue; a key is moved on lazily when its bucket comes. */
export const createDueQueue = (): DueQueue => {
  const shards = Array.from({ length: LIVE_SHARDS }, () => new Map<number, Set<string>>())
  const add = (shard: number, key: string, until: number): void => {
    const second = Math.floor(until / STEP_MS)
    const keys = shards[shard]?.get(second)
    if (keys) keys.add(key)
    else shards[shard]?.set(second, new Set([key]))
  }
  return {
    add,
    due(shard, at, untilOf) {
      const seconds = shards[shard] ?? new Map<number, Set<string>>()
      const found = new Set<string>()
      const later: [string, number][] = []
      for (const [second, keys] of seconds) {
        if (second * STEP_MS > at) continue
        seconds.delete(second)
        for (const key of keys) {
          const until = untilOf(key)
          if (until === undefined) continue
          later.push([key, until])
          if (until <= at) found.add(key)
        }
      }
      for (const [key, until] of later) add(shard, key, until)
      return [...found]
    },
  }
}
