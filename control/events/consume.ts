import type { ConsumeOptions } from './consumer-options.ts'
import { allShards } from './keys.ts'
import { ShardReader } from './shard-reader.ts'

export interface ConsumerStats {
  readonly handled: number
  /** Entries put aside: no event of ours, or refused by the handler time and again. */
  readonly deadLettered: number
  /** Trimmed away before they were read. */
  readonly lost: number
  readonly failures: number
  readonly isFailing: boolean
}

export interface Consumer {
  stats(): ConsumerStats
  /** Finishes the present batch and stops. */
  stop(): Promise<void>
}

/** Reads every shard for a group: at least once each, in order within an account, acknowledged after the handler. */
export function consume(options: ConsumeOptions): Consumer {
  const stopping = new AbortController()
  const readers = allShards().map((shard) => new ShardReader(options, shard))
  const loops = readers.map((reader) => reader.run(stopping.signal))
  return {
    stats() {
      const total = { handled: 0, deadLettered: 0, lost: 0, failures: 0, isFailing: false }
      for (const { stats } of readers) {
        total.handled += stats.handled
        total.deadLettered += stats.deadLettered
        total.lost += stats.lost
        total.failures += stats.failures
        total.isFailing ||= stats.isFailing
      }
      return total
    },
    async stop() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}
