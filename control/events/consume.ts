import { allShards } from './keys.ts'
import type { PlayEvent } from './play-event.ts'
import { ShardReader } from './shard-reader.ts'
import type { StreamClient } from './stream-client.ts'

/** Takes a batch of one shard, in order; what it throws makes the batch come again, in the end one `alone` at a time. */
export type EventHandler = (events: readonly PlayEvent[], isAlone: boolean) => Promise<void>

export interface ConsumeOptions {
  readonly redis: StreamClient
  readonly group: string
  /** Unique among the living. */
  readonly consumer: string
  readonly handler: EventHandler
  readonly batch?: number
  /** How long a quiet shard is left alone. */
  readonly idleMs?: number
  /** Entries another consumer has held for so long are taken over. */
  readonly claimAfterMs?: number
  /** True when the failure lies with the world, not with the event: then it is tried until it works. */
  readonly isTransient?: (error: unknown) => boolean
  readonly onFailure?: (error: unknown) => void
}

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
  /** Finishes what is in hand and stops. */
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
