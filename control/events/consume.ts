import type { ConsumeOptions } from './consumer-options.ts'
import { allShards } from './keys.ts'
import { ShardReader } from './shard-reader.ts'

export interface ConsumerStats {
  readonly handled: number
  /** Entries moved to the dead-letter stream: not a valid event, or the handler failed on it repeatedly. */
  readonly deadLettered: number
  /** Entries trimmed from the stream before they were read. */
  readonly lost: number
  readonly failures: number
  readonly isFailing: boolean
}

export interface Consumer {
  stats(): ConsumerStats
  /** Stops after the current batch. */
  stop(): Promise<void>
}

/** Reads every shard for a consumer group: each event at least once, in order within an account, acknowledged after the handler has returned. */
export function consume(options: ConsumeOptions): Consumer {
  const stopping = new AbortController()
  const readers = allShards().map((shard) => new ShardReader(options, shard))
  const deafen = options.arrivals?.hear((shard) => readers[shard]?.wake())
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
      deafen?.()
      stopping.abort()
      for (const reader of readers) reader.wake()
      await Promise.all(loops)
    },
  }
}
