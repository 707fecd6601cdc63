import { hash } from 'node:crypto'
import { memoize } from '#domain/memoize'

/** Number of streams that events are sharded over; the same for all readers and writers. */
export const SHARDS = 4

/** Key of a shard's stream; the hash tag in braces gives each shard its own Redis Cluster slot. Does not expire; trimmed by length. */
export const streamKey = (shard: number): string => `gh:ev:{${shard}}`

/** Key of the stream of what is told to dashboards alone, by all control planes. Does not expire; trimmed by length. */
export const newsKey = 'gh:news'

/** Key of a shard's dead-letter stream: entries that could not be parsed or handled, for inspection by operators. */
export const deadLetterKey = (shard: number): string => `gh:ev:{${shard}}:dead`

/** Shard of an account: its events are in one stream, and so in order. */
export const shardOf: (account: string) => number = memoize(
  (account) => Number.parseInt(hash('sha256', account, 'hex').slice(0, 8), 16) % SHARDS,
)

/** Every shard's number. */
export const allShards = (): number[] => Array.from({ length: SHARDS }, (_, shard) => shard)
