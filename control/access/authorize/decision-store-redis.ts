import { readJson } from '#domain/read-json'
import type { RedisClient } from '../../sessions/redis/client.ts'
import type { Decision } from './decision.ts'
import type { DecisionStore, StoredDecision } from './decision-store.ts'

/** Redis keys of decisions: a string each, with a TTL. */
export interface DecisionKeys {
  /** The decision, JSON; lives as long as it holds. */
  readonly decision: (key: string) => string
  /** Present while a control plane requests the decision; expires after the longest request. */
  readonly claim: (key: string) => string
  /** When decisions were last made void, Unix milliseconds; lives a day. `null` = every channel. */
  readonly forgotten: (channel: string | null) => string
}

const FORGET_MS = 86_400_000

type Client = Pick<RedisClient, 'get' | 'set' | 'del'>

const isStored = (value: unknown): value is StoredDecision =>
  typeof value === 'object' && value !== null && 'decision' in value && 'at' in value

const write = (stored: StoredDecision): string => {
  const decision: Decision = { ...stored.decision, trace: [] }
  return JSON.stringify({ ...stored, decision })
}

/** Decisions shared by all control planes; while Redis is unavailable, those of this process. */
export const createRedisDecisionStore = (
  redis: Client,
  keys: DecisionKeys,
  fallback: DecisionStore,
): DecisionStore => {
  const lastForgotten = async (channel: string): Promise<number> => {
    const [one, all] = await Promise.all([
      redis.get(keys.forgotten(channel)),
      redis.get(keys.forgotten(null)),
    ])
    return Math.max(Number(one ?? 0), Number(all ?? 0))
  }

  const shared: DecisionStore = {
    async get(key, channel) {
      const [text, forgottenAt] = await Promise.all([
        redis.get(keys.decision(key)),
        lastForgotten(channel),
      ])
      const stored = text === null ? null : readJson(text, isStored)
      return stored !== null && stored.at > forgottenAt ? stored : null
    },
    async put(key, stored, ttlMs) {
      await redis.set(keys.decision(key), write(stored), 'PX', Math.max(1, Math.floor(ttlMs)))
    },
    async claim(key, ttlMs) {
      return (await redis.set(keys.claim(key), '1', 'PX', ttlMs, 'NX')) === 'OK'
    },
    async release(key) {
      await redis.del(keys.claim(key))
    },
    async forget(channel, at) {
      await redis.set(keys.forgotten(channel), String(at), 'PX', FORGET_MS)
    },
  }

  return {
    get: (key, channel) => shared.get(key, channel).catch(() => fallback.get(key, channel)),
    put: (key, stored, ttlMs) =>
      shared.put(key, stored, ttlMs).catch(() => fallback.put(key, stored, ttlMs)),
    claim: (key, ttlMs) => shared.claim(key, ttlMs).catch(() => fallback.claim(key, ttlMs)),
    release: (key) => shared.release(key).catch(() => fallback.release(key)),
    forget: (channel, at) => shared.forget(channel, at).catch(() => fallback.forget(channel, at)),
  }
}
