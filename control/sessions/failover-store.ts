import type { Effects } from '#domain/limits/types'
import { type RedisHealth, withFallback } from './health.ts'
import { createLiveView } from './live-view.ts'
import type { SessionMirror } from './memory/mirror.ts'
import type { CapEngine } from './model/cap-engine.ts'
import type { CappedStore } from './model/capped-store.ts'
import type { LeaseKey } from './model/live-session.ts'
import type { SessionIndex } from './model/session-index.ts'
import type { SessionStore } from './model/session-store.ts'
import type { SessionView } from './model/session-view.ts'

/** One backend of sessions: Redis or memory. */
export interface SessionBackend {
  readonly engine: CapEngine
  readonly index: SessionIndex
  readonly store: CappedStore
  readonly now: () => number
  readonly onEffects: (effects: Effects) => void
}

/** Both backends. */
export interface SessionBackends {
  readonly redis: SessionBackend
  readonly memory: SessionBackend
}

/** Runs `act` on Redis, or on memory while Redis is unavailable; on an error of Redis it is run again on memory. */
export const withFailover =
  (health: RedisHealth, sides: SessionBackends) =>
  <T>(act: (side: SessionBackend) => Promise<T>): Promise<T> =>
    withFallback(
      health,
      () => act(sides.redis),
      () => act(sides.memory),
    )

/** Openings given up while Redis was away, which may have received them all the same. */
export interface LeftOpenings {
  add(key: LeaseKey): void
  /** Ends what Redis knows of them. */
  settle(): Promise<void>
}

/** More than wait for an answer of Redis at once. */
const MOST_LEFT = 1_000

/** Creates the list; the oldest go where there are too many: their reservations end by themselves. */
export const createLeftOpenings = (store: () => Pick<CappedStore, 'leave'>): LeftOpenings => {
  const left = new Set<LeaseKey>()
  return {
    add(key) {
      const [oldest] = left
      if (oldest !== undefined && left.size >= MOST_LEFT) left.delete(oldest)
      left.add(key)
    },
    async settle() {
      const keys = [...left]
      left.clear()
      await Promise.all(keys.map((key) => store().leave(key)))
    },
  }
}

/** What a store with failover keeps beside both backends. */
export interface FailoverMemory {
  readonly shadow: SessionMirror
  readonly left: LeftOpenings
}

/** Session store with failover: Redis, or memory while Redis is unavailable. */
export const createFailoverStore = (
  health: RedisHealth,
  sides: SessionBackends,
  { shadow, left }: FailoverMemory,
): SessionStore => {
  const onSide = withFailover(health, sides)
  const either = <T>(act: (store: CappedStore) => Promise<T>): Promise<T> =>
    onSide(({ store }) => act(store))
  return {
    get isDegraded() {
      return health.isDegraded()
    },
    async open(request) {
      const admission = await either((store) => store.open(request))
      if (!health.isDegraded()) shadow.admitted(request, request.requestId, admission)
      return admission
    },
    async check(request) {
      const admission = await either((store) => store.check(request))
      if (!health.isDegraded()) shadow.admitted(request, '', admission)
      return admission
    },
    async renew(request) {
      const result = await either((store) => store.renew(request))
      if (!health.isDegraded()) {
        await shadow.renewed(request, result)
        return result
      }
      // No session is ended because one process does not know it.
      return { kill: result.kill, drop: [] }
    },
    close: (keys, reason) => either((store) => store.close(keys, reason)),
    async leave(key) {
      const isEnded = await either((store) => store.leave(key))
      if (isEnded && health.isDegraded()) left.add(key)
      return isEnded
    },
    end: (key, reason, refuseMs) => either((store) => store.end(key, reason, refuseMs)),
    setLimits: (account, limits) => either((store) => store.setLimits(account, limits)),
    ofAccount: (account) => either((store) => store.ofAccount(account)),
  }
}

/** Session view with the same failover. */
export const createFailoverView = (health: RedisHealth, sides: SessionBackends): SessionView => {
  const [redis, memory] = [createLiveView(sides.redis), createLiveView(sides.memory)]
  const either = <T>(act: (view: typeof redis) => Promise<T>): Promise<T> =>
    withFallback(
      health,
      () => act(redis),
      () => act(memory),
    )
  return {
    list: (query) => either((view) => view.list(query)),
    show: (id) => either((view) => view.show(id)),
    accountsIn: (shard) => either((view) => view.accountsIn(shard)),
    ofAccounts: (tags) => either((view) => view.ofAccounts(tags)),
    counts: (channel) => either((view) => view.counts(channel)),
    numbers: async () => {
      const numbers = await either((view) => view.numbers())
      return { ...numbers, isDegraded: health.isDegraded() }
    },
  }
}
