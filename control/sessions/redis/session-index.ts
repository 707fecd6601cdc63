import { KEYS, shardOf } from '../model/keys.ts'
import { type IndexEntry, memberOf, type SessionIndex } from '../model/session-index.ts'
import { isCluster, type RedisClient } from './client.ts'
import { createIndexCache } from './index-cache.ts'
import { createSessionWriter, encodeEntry, type Scored, type SetMemory } from './put-sessions.ts'
import { createRemoval } from './remove-members.ts'
import type { RunScript } from './scripts.ts'
import { createIndexReader } from './session-index-reader.ts'

export interface RedisIndexOptions {
  readonly redis: RedisClient
  readonly run: RunScript
  readonly now: () => number
  /** Called with the failure of a write that is not awaited. */
  readonly onError: (error: unknown) => void
  readonly cacheLimit?: number
  /** Shared with who notes sessions in the step that opens them. */
  readonly sets: SetMemory
}

const REFRESH_MS = 5 * 60_000

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

/** A moment within `spanMs` that is the key's own, so that many keys do not come due at once. */
const turnOf = (key: string, spanMs: number): number => {
  let mixed = 0
  for (let at = 0; at < key.length; at += 1) mixed = Math.imul(mixed ^ key.charCodeAt(at), 16777619)
  return (Math.imul(mixed, 2654435761) >>> 0) % spanMs
}

type Write = Promise<unknown>

// Sets of one download or network drop entries that were not refreshed.
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
    redis.set(lease.key(entry.key), encodeEntry(entry), 'PX', lease.ttlMs),
    redis.set(session.key(entry.sid), member, 'PX', session.ttlMs),
    ...addToSet(redis, { key: network.key(entry.network), ttlMs: network.ttlMs }, member, now),
  ]
  if (entry.download === '') return writes
  const set = { key: download.key(entry.download), ttlMs: download.ttlMs }
  return [...writes, ...addToSet(redis, set, member, now)]
}

/** Score and member of every session, gathered by the set they belong to. */
const scoresBySet = (entries: readonly Scored[]) => {
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

/** Writes scores; the expiry of a set that lives for a day is renewed now and then. */
const createScoreWriter = (redis: RedisClient, sets: SetMemory) => {
  const keep = (set: string, ttlMs: number, now: number): Write[] =>
    sets.isToBeKept(set, now) ? [redis.pexpire(set, ttlMs)] : []
  return (entries: readonly Scored[], now: number): Write[] => {
    const writes: Write[] = []
    for (const [set, scores] of scoresBySet(entries)) {
      writes.push(redis.zadd(set, ...scores), ...keep(set, KEYS.live.ttlMs, now))
    }
    const channels = new Set(entries.map(([entry]) => entry.channel))
    const active = [...channels].flatMap((channel) => [now, channel])
    const { key, ttlMs } = KEYS.channels
    if (active.length > 0) writes.push(redis.zadd(key, ...active), ...keep(key, ttlMs, now))
    return writes
  }
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
  const { redis, now, onError, sets } = options
  const cache = createIndexCache(options.cacheLimit ?? 300_000, REFRESH_MS)
  const writeScores = createScoreWriter(redis, sets)
  // In a Cluster the keys of a session lie on many slots, and no script reaches them all.
  const writeByScript = isCluster(redis) ? null : createSessionWriter(options.run, sets, now)
  const settle = (writes: readonly Write[]) => {
    for (const write of writes) write.catch(onError)
  }
  const removal = createRemoval(redis, onError)
  return {
    async put(entry, until, isNoted) {
      cache.put(entry, now())
      if (isNoted === true) return
      // After a loss of data Redis has to be told everything.
      sets.clear()
      removal.flush()
      if (writeByScript !== null) return await writeByScript([entry, until]).catch(onError)
      settle(writeScores([[entry, until]], now()))
      await Promise.all(writeEntry(redis, entry, now())).catch(onError)
    },
    touch(entries, at) {
      removal.flush()
      for (const entry of entries) {
        if (!cache.isStale(entry.key, at)) continue
        cache.put(entry, at)
        settle(writeEntry(redis, entry, at))
      }
      const scored = entries.map((entry) => [entry, at + entry.idleMs] as const)
      settle(writeScores(scored, at))
    },
    remove(entry) {
      const member = memberOf(entry)
      const [live, channel] = [KEYS.live.key(shardOf(entry.tag)), KEYS.channel.key(entry.channel)]
      sets.lost([live, channel])
      for (const set of [live, channel, KEYS.network.key(entry.network)]) removal.add(set, member)
      if (entry.download !== '') removal.add(KEYS.download.key(entry.download), member)
    },
    removeLocation: (place) => {
      const live = KEYS.live.key(shardOf(place.tag))
      sets.lost([live])
      removal.add(live, memberOf(place))
    },
    prune: (at) => pruneChannels(redis, at),
    async find(keys) {
      const found = new Map<string, IndexEntry>()
      const ask = async (key: string) => {
        const known = cache.get(key)
        const text = known ? null : await redis.get(KEYS.lease.key(key))
        if (known) found.set(key, known)
        if (!text) return
        const entry = decode(key, text)
        found.set(key, entry)
        // Written a while ago; after a restart not all are written again at once.
        cache.put(entry, now() - turnOf(key, REFRESH_MS))
      }
      await Promise.all(keys.map(ask))
      return found
    },
    ...createIndexReader(redis, now),
  }
}
