import { LIVE_SHARDS } from '../model/keys.ts'

/** When keys may be due, so that looking for those that are need not look at all. */
export interface DueQueue {
  /** A key to look at when `until` has come; one that is put off later needs no new note. */
  add(shard: number, key: string, until: number): void
  /** Keys of a shard whose time, as `untilOf` knows it, has come; they stay noted until it knows them no more. */
  due(shard: number, at: number, untilOf: (key: string) => number | undefined): string[]
}

/** Keys are noted by the second. */
const STEP_MS = 1_000

/** Notes each key once, under the time it was first due at, and moves it on when that time has come. */
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
