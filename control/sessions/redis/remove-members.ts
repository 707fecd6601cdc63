import { isCluster, type RedisClient } from './client.ts'

/** Removes single members, each named after its set. */
const EACH = "for at = 1, #ARGV, 2 do redis.call('ZREM', ARGV[at], ARGV[at + 1]) end"
const MOST_AT_ONCE = 500

/** Removes members of sorted sets that are named within a turn of the event loop together, and always before what is written after. */
export interface Removal {
  add(set: string, member: string): void
  /** Removes what was named so far. */
  flush(): void
}

/** A session's network is often its own: the one member of many sets is removed by one command where one server has them all. */
export const createRemoval = (redis: RedisClient, onError: (error: unknown) => void): Removal => {
  const waiting = new Map<string, string[]>()
  const isOneServer = !isCluster(redis)
  const removeEach = (pairs: readonly string[]): void => {
    for (let at = 0; at < pairs.length; at += 2 * MOST_AT_ONCE)
      redis.eval(EACH, 0, ...pairs.slice(at, at + 2 * MOST_AT_ONCE)).catch(onError)
  }
  const flush = (): void => {
    const single: string[] = []
    for (const [set, members] of waiting) {
      if (isOneServer && members.length === 1) single.push(set, ...members)
      else redis.zrem(set, ...members).catch(onError)
    }
    waiting.clear()
    removeEach(single)
  }
  return {
    flush,
    add(set, member) {
      if (waiting.size === 0) setImmediate(flush)
      const members = waiting.get(set)
      if (members === undefined) waiting.set(set, [member])
      else members.push(member)
    },
  }
}
