import { hash } from 'node:crypto'

/** How many streams events are spread over; all readers and writers must agree. */
export const SHARDS = 4

/** Stream of one shard. The braces give every shard its own Redis Cluster slot. No expiry: trimmed by length. */
export const streamKey = (shard: number): string => `gh:ev:{${shard}}`

/** Stream of a shard's entries that could not be parsed, kept for an operator to look at. */
export const deadLetterKey = (shard: number): string => `gh:ev:{${shard}}:dead`

/** An account's events stay in order because they share a shard. */
export const shardOf = (account: string): number =>
  Number.parseInt(hash('sha256', account, 'hex').slice(0, 8), 16) % SHARDS

/** Every shard's number. */
export const allShards = (): number[] => Array.from({ length: SHARDS }, (_, shard) => shard)
