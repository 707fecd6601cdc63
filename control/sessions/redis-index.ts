import { KEYS, shardOf } from './keys.ts'
import { createLeaseCache } from './lease-cache.ts'
import type { RedisClient } from './redis-client.ts'
import { createIndexReader } from './redis-index-reader.ts'
import { type IndexEntry, memberOf, type SessionIndex } from './session-index.ts'

export interface RedisIndexOptions {
  readonly redis: RedisClient
  readonly now: () => number
  /** Writes are not waited for; what goes wrong with them is told here. */
  readonly onError: (error: unknown) => void
  readonly cacheLimit?: number
}

const REFRESH_MS = 5 * 60_000

const encode = (entry: IndexEntry): string =>
  JSON.stringify([entry.tag, entry.sid, entry.channel, entry.network, entry.download, entry.idleMs])

const decode = (key: string, text: string): IndexEntry => {
  const [tag, sid, channel, network, download, idleMs]: string[] = JSON.parse(text)
  return {
    tag: tag ?? '',
    key,
    sid: sid ?? '',
    channel: channel ?? '',
    network: network ?? '',
    download: download ?? '',
    idleMs: Number(idleMs),
  }
}

type Write = Promise<unknown>

// Sets of one download or network clean themselves of what nobody has refreshed.
const addToSet = (
  redis: RedisClient,
  set: { readonly key: string; readonly ttlMs: number },
  member: string,
  now: number,
): Write[] => [
  redis.zadd(set.key, now, member),
  redis.zremrangebyscore(set.key, '-inf', now - set.ttlMs),
  redis.pexpire(set.key, set.ttlMs),
]

const writeEntry = (redis: RedisClient, entry: IndexEntry, now: number): Write[] => {
  const { lease, session, download, network } = KEYS
  const member = memberOf(entry)
  const writes: Write[] = [
    redis.set(lease.key(entry.key), encode(entry), 'PX', lease.ttlMs),
    redis.set(session.key(entry.sid), member, 'PX', session.ttlMs),
    ...addToSet(redis, { key: network.key(entry.network), ttlMs: network.ttlMs }, member, now),
  ]
  if (entry.download === '') return writes
  const set = { key: download.key(entry.download), ttlMs: download.ttlMs }
  return [...writes, ...addToSet(redis, set, member, now)]
}

/** Score and member of every session, gathered by the set they belong to. */
const scoresBySet = (entries: readonly (readonly [IndexEntry, number])[]) => {
  const sets = new Map<string, (string | number)[]>()
  for (const [entry, until] of entries) {
    for (const set of [KEYS.live.key(shardOf(entry.tag)), KEYS.channel.key(entry.channel)]) {
      const scores = sets.get(set) ?? []
      scores.push(until, memberOf(entry))
      sets.set(set, scores)
    }
  }
  return sets
}

const writeScores = (
  redis: RedisClient,
  entries: readonly (readonly [IndexEntry, number])[],
  now: number,
): Write[] => {
  const writes: Write[] = []
  for (const [set, scores] of scoresBySet(entries)) {
    writes.push(redis.zadd(set, ...scores), redis.pexpire(set, KEYS.live.ttlMs))
  }
  const channels = new Set(entries.map(([entry]) => entry.channel))
  const active = [...channels].flatMap((channel) => [now, channel])
  const { key, ttlMs } = KEYS.channels
  if (active.length > 0) writes.push(redis.zadd(key, ...active), redis.pexpire(key, ttlMs))
  return writes
}

const pruneChannels = async (redis: RedisClient, now: number): Promise<void> => {
  const { key, ttlMs } = KEYS.channels
  await redis.zremrangebyscore(key, '-inf', now - ttlMs)
  const channels = await redis.zrange(key, 0, '-1')
  const old = now - KEYS.lease.ttlMs
  await Promise.all(
    channels.map((channel) => redis.zremrangebyscore(KEYS.channel.key(channel), '-inf', old)),
  )
}

/** The index as sorted sets, each key on its own slot of a Cluster. */
export const createRedisIndex = (options: RedisIndexOptions): SessionIndex => {
  const { redis, now, onError } = options
  const cache = createLeaseCache(options.cacheLimit ?? 300_000, REFRESH_MS)
  const settle = (writes: readonly Write[]) => {
    for (const write of writes) write.catch(onError)
  }
  return {
    async put(entry, until) {
      cache.put(entry, now())
      settle(writeScores(redis, [[entry, until]], now()))
      await Promise.all(writeEntry(redis, entry, now())).catch(onError)
    },
    touch(entries, at) {
      for (const entry of entries) {
        if (!cache.isStale(entry.key, at)) continue
        cache.put(entry, at)
        settle(writeEntry(redis, entry, at))
      }
      const scored = entries.map((entry) => [entry, at + entry.idleMs] as const)
      settle(writeScores(redis, scored, at))
    },
    remove(entry) {
      const member = memberOf(entry)
      settle([
        redis.zrem(KEYS.live.key(shardOf(entry.tag)), member),
        redis.zrem(KEYS.channel.key(entry.channel), member),
        redis.zrem(KEYS.network.key(entry.network), member),
        ...(entry.download ? [redis.zrem(KEYS.download.key(entry.download), member)] : []),
      ])
    },
    removePlace: (place) =>
      settle([redis.zrem(KEYS.live.key(shardOf(place.tag)), memberOf(place))]),
    prune: (at) => pruneChannels(redis, at),
    async find(keys) {
      const found = new Map<string, IndexEntry>()
      const ask = async (key: string) => {
        const known = cache.get(key)
        const text = known ? null : await redis.get(KEYS.lease.key(key))
        if (known) found.set(key, known)
        if (text) found.set(key, decode(key, text))
      }
      await Promise.all(keys.map(ask))
      return found
    },
    ...createIndexReader(redis, now),
  }
}
