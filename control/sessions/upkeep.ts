import { onBeat } from '../beats/on-beat.ts'
import type { Bans } from './bans/bans.ts'
import type { RedisHealth } from './health.ts'
import { type RedisClient, waitForRedis } from './redis/client.ts'
import { createWorkLock } from './redis/work-lock.ts'
import { endIdleSessions, type SweepOptions } from './sweep.ts'

export interface UpkeepOptions {
  readonly redis: RedisClient
  readonly health: RedisHealth
  readonly sides: { readonly redis: SweepOptions; readonly memory: SweepOptions }
  readonly bans: Bans
  readonly onError: (error: unknown) => void
}

const BEAT_MS = 1_000
const FOLLOW_MS = 150
const SWEEP_MS = 2_000
const PRUNE_MS = 60_000
const WAIT_FOR_REDIS_MS = 3_000

/** Repeats `act` on common beats, never concurrently; returns a function that stops it and waits for the last run. */
const repeat = (everyMs: number, act: () => Promise<unknown>) => {
  let isStopped = false
  let running: Promise<unknown> = Promise.resolve()
  let callOff: () => void = () => undefined
  const next = () => {
    if (isStopped) return
    callOff = onBeat(everyMs, () => {
      running = act().then(next, next)
    })
  }
  next()
  return async () => {
    isStopped = true
    callOff()
    await running
  }
}

/** Periodic work: health check of Redis, following bans, ending idle sessions, pruning indexes. */
export const createUpkeep = ({ redis, health, sides, bans, onError }: UpkeepOptions) => {
  const lock = createWorkLock(redis)
  let stops: (() => Promise<void>)[] = []
  const guard = (act: () => Promise<unknown>) => () => act().catch(onError)
  const sweepOnce = async () => {
    // What Redis has ended is gone from memory too.
    if (!health.isDegraded() && (await lock.owns('sweep'))) await endIdleSessions(sides.redis)
    await endIdleSessions(sides.memory)
  }
  const prune = async () => {
    await sides.memory.index.prune(sides.memory.now())
    if (!health.isDegraded()) await sides.redis.index.prune(sides.redis.now())
    await bans.purge()
  }
  const follow = async () => {
    if (!health.isDegraded()) await bans.follow()
  }
  return {
    async start() {
      await waitForRedis(redis, WAIT_FOR_REDIS_MS)
      await health.check()
      if (health.isDegraded()) await guard(() => bans.hydrate(false))()
      stops = [
        repeat(BEAT_MS, () => health.check()),
        repeat(FOLLOW_MS, guard(follow)),
        repeat(SWEEP_MS, guard(sweepOnce)),
        repeat(PRUNE_MS, guard(prune)),
      ]
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()))
    },
  }
}
