import { randomBytes } from 'node:crypto'
import { isTransient } from '../store/sql/errors.ts'
import { type ConsumerStats, consume } from './consume.ts'
import type { ConsumeOptions } from './consumer-options.ts'
import { countPending } from './trim-streams.ts'
import { createWriteBatch, type WriteEvents } from './write-batch.ts'

/** Options of a reader; the defaults are those of `consume`. */
export interface EventReaderOptions
  extends Pick<
    ConsumeOptions,
    'redis' | 'batch' | 'idleMs' | 'arrivals' | 'claimAfterMs' | 'onFailure'
  > {
  /** Unique among running consumers; random by default. */
  readonly consumer?: string
  /** Milliseconds for which events are collected into a batch. */
  readonly lingerMs?: number
  /** The same after a batch of many; `lingerMs` where that is given alone. */
  readonly busyLingerMs?: number
  /** Milliseconds for which openings among many wait for what follows them; 0 where `lingerMs` is given alone. */
  readonly holdMs?: number
}

/** The handler of a consumer group. */
export interface EventReading {
  readonly group: string
  /** Handles a batch; where it throws, the events are redelivered, finally one at a time. */
  readonly write: WriteEvents
  readonly lingerMs: number
  readonly busyLingerMs?: number
  readonly holdMs?: number
  /** Events read while others are written, of a shard; without it the next are read once those are written. */
  readonly ahead?: number
  /** Most events of a batch. */
  readonly maxEvents: number
}

/** A running reader of the event streams. */
export interface EventReader {
  stats(): ConsumerStats
  /** Number of entries not acknowledged yet. */
  waiting(): Promise<number>
  /** Stops after the current batch. */
  stop(): Promise<void>
}

/** Reads the streams for a consumer group; an entry is acknowledged after its batch was handled. */
export function startEventReader(
  { redis, batch, idleMs, arrivals, claimAfterMs, onFailure, ...options }: EventReaderOptions,
  { group, write, maxEvents, ...reading }: EventReading,
): EventReader {
  const lingerMs = options.lingerMs ?? reading.lingerMs
  const busyLingerMs = options.busyLingerMs ?? options.lingerMs ?? reading.busyLingerMs ?? lingerMs
  const holdMs = options.holdMs ?? (options.lingerMs === undefined ? (reading.holdMs ?? 0) : 0)
  const together = createWriteBatch({ write, lingerMs, busyLingerMs, holdMs, maxEvents })
  const consumer = consume({
    redis,
    group,
    consumer: options.consumer ?? `${process.pid}-${randomBytes(6).toString('hex')}`,
    isTransient,
    handler: (events, isAlone) => (isAlone ? write(events) : together.add(events)),
    ...(reading.ahead === undefined ? {} : { ahead: { events: reading.ahead, pauseMs: lingerMs } }),
    ...(batch === undefined ? {} : { batch }),
    ...(idleMs === undefined ? {} : { idleMs }),
    ...(arrivals === undefined ? {} : { arrivals }),
    ...(claimAfterMs === undefined ? {} : { claimAfterMs }),
    ...(onFailure === undefined ? {} : { onFailure }),
  })
  return {
    stats: () => consumer.stats(),
    waiting: async () => await countPending(redis, group),
    stop: async () => {
      const stopped = consumer.stop()
      together.close()
      await stopped
    },
  }
}
