import type { Effects } from '#domain/limits/types'
import { clearBanTraces, endBannedSessions } from './bans/ban-reach.ts'
import { createBanStream } from './bans/ban-stream.ts'
import { type BanRepository, type Bans, createBans } from './bans/bans.ts'
import {
  createFailoverStore,
  createFailoverView,
  createLeftOpenings,
  type SessionBackend,
  withFailover,
} from './failover-store.ts'
import { createRedisHealth } from './health.ts'
import { createMemoryEngine } from './memory/engine.ts'
import { createSessionMirror } from './memory/mirror.ts'
import { restoreRedis } from './memory/restore-redis.ts'
import { createMemoryIndex } from './memory/session-index.ts'
import type { BanStore } from './model/ban-store.ts'
import type { CapEngine } from './model/cap-engine.ts'
import { createCappedStore } from './model/capped-store.ts'
import type { IndexEntry, SessionIndex } from './model/session-index.ts'
import { accountOfSlot, entryOfSlot, liveSession } from './model/session-shape.ts'
import type { SessionEnd, SessionStore } from './model/session-store.ts'
import type { SessionView } from './model/session-view.ts'
import { isCluster, type RedisClient } from './redis/client.ts'
import { createRedisEngine } from './redis/engine.ts'
import { createSetMemory, noteOrder } from './redis/put-sessions.ts'
import { scriptRunner } from './redis/scripts.ts'
import { createRedisIndex } from './redis/session-index.ts'
import { createUpkeep } from './upkeep.ts'

export interface SessionsOptions {
  readonly redis: RedisClient
  /** Where bans outlive Redis. */
  readonly banMemory: BanRepository
  /** A session ended, superseded, expired or was refused its slot: for history and the log. */
  readonly onEnd: (end: SessionEnd) => void
  readonly onDegraded?: (isDegraded: boolean, why: string) => void
  /** Redis has lost its data, or never had any. */
  readonly onDataLost?: () => void
  readonly onError: (error: unknown) => void
}

export interface Sessions {
  readonly store: SessionStore
  readonly bans: BanStore
  readonly view: SessionView
  /** Waits briefly for Redis, then starts background work; degraded while Redis is unreachable. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Unix ms by Redis' clock, which all control planes share; by this machine's while Redis is unavailable. */
  now(): number
  /** Random id of the data in Redis: when it changes, edges report every session. */
  epoch(): string | null
  /** Checks Redis now. */
  beat(): Promise<void>
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const createMemory = (now: () => number) => ({
  engine: createMemoryEngine(now),
  index: createMemoryIndex(),
})

const createSide = (side: Omit<SessionBackend, 'store'>): SessionBackend => {
  const onEffects = (effects: Effects) => {
    for (const { key, slot } of effects.ended) side.index.remove(entryOfSlot(key, slot))
    side.onEffects(effects)
  }
  return { ...side, onEffects, store: createCappedStore({ ...side, onEffects, wait }) }
}

const createBansOn = (
  { redis, banMemory, onError }: SessionsOptions,
  either: ReturnType<typeof withFailover>,
  now: () => number,
): Bans =>
  createBans({
    stream: createBanStream(redis, now),
    memory: banMemory,
    now,
    endHit: (ban) => either((side) => endBannedSessions(ban, side)),
    pardon: (kind, subject) => either((side) => clearBanTraces(kind, subject, side)),
    onError,
  })

/** Engine and index in Redis; the script of an opening notes it in the index where one script reaches all keys. */
const createRedisParts = (
  { redis, onError }: SessionsOptions,
  now: () => number,
): { readonly engine: CapEngine; readonly index: SessionIndex } => {
  const run = scriptRunner(redis)
  const sets = createSetMemory()
  const index = createRedisIndex({ redis, run, sets, now, onError })
  if (isCluster(redis)) return { engine: createRedisEngine({ redis, run }), index }
  const order = (entry: IndexEntry, ms: number) => noteOrder([[entry, now() + ms]], sets, now())
  return { engine: createRedisEngine({ redis, run, noteOrder: order }), index }
}

/** Sessions, caps and bans in Redis, and in memory while Redis is unreachable. */
export const createSessions = (options: SessionsOptions): Sessions => {
  const { redis, onEnd, onError } = options
  const now = () => Date.now() + health.offsetMs()
  const memory = createMemory(() => now())
  const shadow = createSessionMirror({ ...memory, now, source: () => sides.redis, onError })
  const report = (effects: Effects) => {
    for (const { key, slot, reason } of effects.ended) {
      onEnd({ account: accountOfSlot(slot), session: liveSession(key, slot), reason })
    }
    bans.note(effects)
  }
  const sides = {
    redis: createSide({
      ...createRedisParts(options, () => now()),
      now: () => now(),
      onEffects: (effects) => {
        shadow.changed(effects)
        report(effects)
      },
    }),
    memory: createSide({
      ...memory,
      now: () => now(),
      onEffects: (effects) => {
        if (health.isDegraded()) report(effects)
      },
    }),
  }
  const left = createLeftOpenings(() => sides.redis.store)
  const health = createRedisHealth({
    redis,
    restore: async (isEmpty) => {
      shadow.settle()
      await restoreRedis({ memory: memory.engine, ...sides.redis }, isEmpty)
      await left.settle()
      await bans.hydrate(isEmpty)
      if (isEmpty) options.onDataLost?.()
    },
    onChange: (isDegraded, why) => {
      if (isDegraded) shadow.settle()
      options.onDegraded?.(isDegraded, why)
    },
  })
  const either = withFailover(health, sides)
  const bans = createBansOn(options, either, () => now())
  const work = createUpkeep({ redis, health, sides, bans, onError })
  return {
    store: createFailoverStore(health, sides, { shadow, left }),
    bans,
    view: createFailoverView(health, sides),
    now: () => now(),
    epoch: () => health.epoch(),
    beat: () => health.check(),
    start: () => work.start(),
    stop: () => work.stop(),
  }
}
