import { readJson } from '#domain/read-json'
import type { RedisClient } from '../../sessions/redis/client.ts'
import type { LiveAuth, LiveAuthStore } from './live-auth.ts'

/** Redis keys of running sessions that a backend let in. */
export interface LiveAuthKeys {
  /** String, JSON of the session; lives a day longer than until its next update. */
  readonly live: (sessionId: string) => string
  /** Sorted set: session ids by when they are due. */
  readonly due: () => string
  /** Set: session ids of a channel; lives as long as the session put there last. */
  readonly channel: (channel: string) => string
  /** Present while one control plane asks about the session. */
  readonly hold: (sessionId: string) => string
}

type Client = Pick<
  RedisClient,
  | 'get'
  | 'set'
  | 'del'
  | 'zadd'
  | 'zrem'
  | 'zrangebyscore'
  | 'zrange'
  | 'sadd'
  | 'srem'
  | 'smembers'
  | 'pexpire'
>

const DAY_MS = 86_400_000
const LIST_BATCH = 200

const isLive = (value: unknown): value is LiveAuth =>
  typeof value === 'object' && value !== null && 'request' in value && 'decision' in value

/** A backend may set its next update days ahead; the session is kept until then. */
const ttlOf = ({ decision }: LiveAuth): number =>
  DAY_MS + Math.max(decision.authDurationSec, decision.denySec) * 1000

/** Running sessions shared by control planes; each update is claimed by one of them. */
export const createRedisLiveAuth = (redis: Client, keys: LiveAuthKeys): LiveAuthStore => {
  const get = async (sessionId: string): Promise<LiveAuth | null> => {
    const text = await redis.get(keys.live(sessionId))
    return text === null ? null : readJson(text, isLive)
  }

  const remove = async (sessionId: string): Promise<void> => {
    const live = await get(sessionId)
    await redis.zrem(keys.due(), sessionId)
    if (live !== null) await redis.srem(keys.channel(live.request.channel), sessionId)
    await redis.del(keys.live(sessionId))
  }

  const takeOne = async (sessionId: string, until: number, holdMs: number) => {
    const isMine = (await redis.set(keys.hold(sessionId), '1', 'PX', holdMs, 'NX')) === 'OK'
    if (!isMine) return null
    await redis.zadd(keys.due(), until, sessionId)
    const live = await get(sessionId)
    if (live === null) await redis.zrem(keys.due(), sessionId)
    return live
  }

  return {
    get,
    remove,
    async put(live) {
      const { sessionId, channel } = live.request
      const ttlMs = ttlOf(live)
      await redis.set(keys.live(sessionId), JSON.stringify(live), 'PX', ttlMs)
      if (live.isParked === true) {
        await redis.zrem(keys.due(), sessionId)
        await redis.srem(keys.channel(channel), sessionId)
        return
      }
      await Promise.all([
        redis.sadd(keys.channel(channel), sessionId),
        redis.pexpire(keys.channel(channel), ttlMs),
        redis.zadd(keys.due(), live.dueAt, sessionId),
        redis.del(keys.hold(sessionId)),
      ])
    },
    async claimDue(now, limit, holdMs) {
      const due = await redis.zrangebyscore(keys.due(), '-inf', now, 'LIMIT', 0, limit)
      const taken = await Promise.all(due.map((id) => takeOne(id, now + holdMs, holdMs)))
      return taken.filter((live) => live !== null)
    },
    async *list() {
      const ids = await redis.zrange(keys.due(), '0', '-1')
      for (let at = 0; at < ids.length; at += LIST_BATCH) {
        const page = await Promise.all(ids.slice(at, at + LIST_BATCH).map(get))
        yield* page.filter((live) => live !== null)
      }
    },
    async makeDue(channel, now) {
      const chosen =
        channel === null
          ? await redis.zrange(keys.due(), '0', '-1')
          : await redis.smembers(keys.channel(channel))
      await Promise.all(chosen.map((id) => redis.zadd(keys.due(), 'XX', String(now), id)))
      return chosen.length
    },
  }
}
