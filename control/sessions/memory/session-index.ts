import { LIVE_SHARDS, shardOf } from '../model/keys.ts'
import type { IndexEntry, SessionIndex, SessionLocation } from '../model/session-index.ts'
import { createDueQueue } from './due-queue.ts'

interface Indexed {
  entry: IndexEntry
  until: number
}

/** How long after its slot's end a lease key stays known. */
const KEEP_MS = 15 * 60_000

/** The index of this process's own sessions. */
export const createMemoryIndex = (): SessionIndex => {
  const shards = Array.from({ length: LIVE_SHARDS }, () => new Map<string, Indexed>())
  const byKey = new Map<string, Indexed>()
  const shardAt = (tag: string): Map<string, Indexed> => shards[shardOf(tag)] ?? new Map()
  const timetable = createDueQueue()
  const add = (entry: IndexEntry, until: number) => {
    const indexed = { entry, until }
    byKey.set(entry.key, indexed)
    const shard = shardAt(entry.tag)
    const known = shard.get(entry.key)
    if (!known || until < known.until) timetable.add(shardOf(entry.tag), entry.key, until)
    shard.set(entry.key, indexed)
  }
  const all = (): Indexed[] => shards.flatMap((shard) => [...shard.values()])
  const where = (isWanted: (entry: IndexEntry) => boolean): SessionLocation[] =>
    all()
      .map(({ entry }) => entry)
      .filter((entry) => isWanted(entry))
  const purge = (at: number) => {
    for (const [key, { until, entry }] of byKey) {
      if (until + KEEP_MS < at && !shardAt(entry.tag).has(key)) byKey.delete(key)
    }
  }
  return {
    put: async (entry, until) => add(entry, until),
    touch(entries, at) {
      for (const entry of entries) add(entry, at + entry.idleMs)
    },
    remove: (entry) => void shardAt(entry.tag).delete(entry.key),
    removeLocation: (place) => void shardAt(place.tag).delete(place.key),
    prune: async (at) => purge(at),
    async find(keys) {
      const found = new Map<string, IndexEntry>()
      for (const key of keys) {
        const indexed = byKey.get(key)
        if (indexed) found.set(key, indexed.entry)
      }
      return found
    },
    findSid: async (sid) => where((entry) => entry.sid === sid)[0] ?? null,
    ofDownload: async (id) => where((entry) => entry.download === id),
    ofNetwork: async (network) => where((entry) => entry.network === network),
    ofChannel: async (channel) => where((entry) => entry.channel === channel),
    inShard: async (shard) => [...(shards[shard]?.values() ?? [])].map(({ entry }) => entry),
    async due(shard, at) {
      const untilOf = (key: string) => shards[shard]?.get(key)?.until
      const keys = timetable.due(shard, at, untilOf)
      return keys.flatMap((key) => shards[shard]?.get(key)?.entry ?? [])
    },
    countAll: async (at) => all().filter(({ until }) => until > at).length,
    async countChannels(at, wanted) {
      const counts = new Map<string, number>(wanted?.map((channel) => [channel, 0]))
      for (const { entry, until } of all()) {
        if (until <= at || (wanted && !counts.has(entry.channel))) continue
        counts.set(entry.channel, (counts.get(entry.channel) ?? 0) + 1)
      }
      return counts
    },
  }
}
