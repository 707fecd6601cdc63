import { KEYS, LIVE_SHARDS } from '../model/keys.ts'
import { locationOf, type SessionIndex, type SessionLocation } from '../model/session-index.ts'
import type { RedisClient } from './client.ts'

const DUE_BATCH = 500

/**
 * The read side of the index: finds and counts sessions by account, channel, network and download.
 */
export type IndexReader = Omit<
  SessionIndex,
  'put' | 'touch' | 'remove' | 'removeLocation' | 'prune' | 'find'
>

const countChannels = async (redis: RedisClient, now: number, wanted?: readonly string[]) => {
  const { key, ttlMs } = KEYS.channels
  const channels = wanted ?? (await redis.zrangebyscore(key, now - ttlMs, '+inf'))
  const counts = await Promise.all(
    channels.map((channel) => redis.zcount(KEYS.channel.key(channel), now, '+inf')),
  )
  return new Map(channels.map((channel, at) => [channel, counts[at] ?? 0]))
}

const countAll = async (redis: RedisClient, now: number): Promise<number> => {
  const shards = Array.from({ length: LIVE_SHARDS }, (_, shard) => KEYS.live.key(shard))
  const counts = await Promise.all(shards.map((key) => redis.zcount(key, now, '+inf')))
  return counts.reduce((sum, one) => sum + one, 0)
}

/** Reads the sorted sets; each call asks a bounded number of keys, none scans. */
export const createIndexReader = (redis: RedisClient, now: () => number): IndexReader => {
  const places = async (members: Promise<string[]>): Promise<SessionLocation[]> =>
    (await members).map(locationOf)
  const lasting = (key: string) => places(redis.zrangebyscore(key, now(), '+inf'))
  const recent = (set: { readonly ttlMs: number }, key: string) =>
    places(redis.zrangebyscore(key, now() - set.ttlMs, '+inf'))
  return {
    async findSid(sid) {
      const member = await redis.get(KEYS.session.key(sid))
      return member ? locationOf(member) : null
    },
    ofDownload: (id) => recent(KEYS.download, KEYS.download.key(id)),
    ofNetwork: (network) => recent(KEYS.network, KEYS.network.key(network)),
    ofChannel: (channel) => lasting(KEYS.channel.key(channel)),
    inShard: (shard) => lasting(KEYS.live.key(shard)),
    due: (shard, at) =>
      places(redis.zrangebyscore(KEYS.live.key(shard), '-inf', at, 'LIMIT', 0, DUE_BATCH)),
    countAll: (at) => countAll(redis, at),
    countChannels: (at, wanted) => countChannels(redis, at, wanted),
  }
}
