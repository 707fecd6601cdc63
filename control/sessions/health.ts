import { randomUUID } from 'node:crypto'
import { KEYS } from './model/keys.ts'
import { mastersOf, type RedisClient } from './redis/client.ts'
import { isTimeout } from './redis/command-timeout.ts'

export interface RedisHealthOptions {
  readonly redis: RedisClient
  /** Restores this process's sessions to Redis; `isEmpty` when Redis lost its data. */
  readonly restore: (isEmpty: boolean) => Promise<void>
  readonly onChange: (isDegraded: boolean, why: string) => void
}

/** Health of Redis; `degraded`: sessions are counted in this process alone. */
export interface RedisHealth {
  isDegraded(): boolean
  /** Milliseconds that Redis' clock is ahead of this machine's. */
  offsetMs(): number
  /** Random id of the data in Redis; a new one means that the data was lost. `null` while Redis is unavailable. */
  epoch(): string | null
  degrade(error: unknown): void
  /** Checks Redis once: clock, epoch, reachability. */
  check(): Promise<void>
}

/**
 * Runs `act` against Redis, or `instead` while Redis is unavailable; also where Redis was given up before its answer came,
 * since others have been counted without it by then.
 */
export const withFallback = async <T>(
  health: RedisHealth,
  act: () => Promise<T>,
  instead: () => Promise<T>,
): Promise<T> => {
  if (health.isDegraded()) return await instead()
  try {
    const answer = await act()
    if (!health.isDegraded()) return answer
  } catch (error) {
    health.degrade(error)
  }
  return await instead()
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown')

/** Creates the health check; Redis counts as unavailable until it has answered once. */
export const createRedisHealth = ({
  redis,
  restore,
  onChange,
}: RedisHealthOptions): RedisHealth => {
  let isDegraded = true
  let isReported = false
  let epoch: string | null = null
  let offset = 0
  let beating: Promise<void> | null = null
  let wasLate = false
  const degrade = (error: unknown) => {
    if (isDegraded && isReported) return
    isDegraded = true
    isReported = true
    onChange(true, messageOf(error))
  }
  // The first process that finds the epoch missing writes it; the others then see that it changed.
  const readEpoch = async (): Promise<{ value: string; isEmpty: boolean }> => {
    const value = await redis.get(KEYS.epoch.key)
    if (value !== null) return { value, isEmpty: false }
    await redis.set(KEYS.epoch.key, randomUUID(), 'NX')
    return { value: (await redis.get(KEYS.epoch.key)) ?? '', isEmpty: true }
  }
  const timeOfRedis = async (): Promise<number> => {
    const before = Date.now()
    const time = await mastersOf(redis)[0]?.time()
    const [seconds, micros] = (time ?? []).map(Number)
    if (seconds === undefined || micros === undefined) throw new Error('Redis gave no time')
    return seconds * 1000 + Math.floor(micros / 1000) - Math.round((before + Date.now()) / 2)
  }
  const listen = async () => {
    try {
      offset = await timeOfRedis()
      wasLate = false
      const { value, isEmpty } = await readEpoch()
      if (!isDegraded && value === epoch) return
      await restore(isEmpty || (epoch !== null && value !== epoch))
      epoch = value
      if (isDegraded && isReported) onChange(false, 'Redis answers again')
      isDegraded = false
      isReported = true
    } catch (error) {
      // One late answer may only mean that this process was busy.
      const isLate = isTimeout(error) && !wasLate
      wasLate = isLate
      if (!isLate) degrade(error)
    }
  }
  return {
    isDegraded: () => isDegraded,
    offsetMs: () => offset,
    epoch: () => (isDegraded ? null : epoch),
    degrade,
    check: () => {
      beating ??= listen().finally(() => {
        beating = null
      })
      return beating
    },
  }
}
