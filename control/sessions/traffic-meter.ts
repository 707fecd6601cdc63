import { randomUUID } from 'node:crypto'
import { KEYS } from './model/keys.ts'
import type { RedisClient } from './redis/client.ts'

/** Outgoing traffic over all edges and control planes. */
export interface TrafficMeter {
  /** Adds bytes that an edge has reported. */
  add(bytes: number): void
  /** Megabits a second of all control planes in the last seconds; publishes this one's share. */
  mbps(): Promise<number>
}

const WINDOW_SEC = 10

/** Counts seconds in memory, and shares the sum by one small hash. */
export const createTrafficMeter = (redis: RedisClient, clock: () => number): TrafficMeter => {
  const me = randomUUID()
  const seconds = new Map<number, number>()
  const nowSec = (): number => Math.floor(clock() / 1000)
  const add = (bytes: number): void => {
    const now = nowSec()
    seconds.set(now, (seconds.get(now) ?? 0) + bytes)
    for (const second of seconds.keys()) if (second < now - WINDOW_SEC) seconds.delete(second)
  }
  const own = (): number => {
    const from = nowSec() - WINDOW_SEC
    const bytes = [...seconds].reduce((sum, [at, some]) => (at >= from ? sum + some : sum), 0)
    return (bytes * 8) / WINDOW_SEC / 1e6
  }
  return {
    add,
    mbps: async () => {
      const mine = own()
      const { key, ttlMs } = KEYS.traffic
      try {
        await redis.hset(key, me, `${mine.toFixed(3)}|${clock()}`)
        await redis.pexpire(key, ttlMs)
        const others = Object.entries(await redis.hgetall(key)).filter(([plane]) => plane !== me)
        return others.reduce((sum, [, text]) => {
          const [rate = 0, at = 0] = text.split('|').map(Number)
          return clock() - at < ttlMs ? sum + rate : sum
        }, mine)
      } catch {
        return mine
      }
    },
  }
}
