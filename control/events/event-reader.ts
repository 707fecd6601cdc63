import { randomBytes } from 'node:crypto'
import { isTransient } from '../store/sql/errors.ts'
import { type ConsumerStats, consume } from './consume.ts'
import type { ConsumeOptions } from './consumer-options.ts'
import { countPending } from './trim-streams.ts'
import { createWriteBatch, type WriteEvents } from './write-batch.ts'

/** How a group reads; what is left out is as `consume` has it. */
export interface EventReaderOptions
  extends Pick<ConsumeOptions, 'redis' | 'batch' | 'idleMs' | 'claimAfterMs' | 'onFailure'> {
  /** Unique among running consumers; random where not given. */
  readonly consumer?: string
  /** How long events wait to be handled together (milliseconds). */
  readonly lingerMs?: number
}

/** What a group does with events. */
export interface EventReading {
  readonly group: string
  /** Handles events; what it throws makes them come again, in the end one alone at a time. */
  readonly write: WriteEvents
  readonly lingerMs: number
  /** So many are handled at once. */
  readonly maxEvents: number
}

/** A group that reads the event streams. */
export interface EventReader {
  stats(): ConsumerStats
  /** Entries not acknowledged yet. */
  waiting(): Promise<number>
  /** Finishes the present batch and stops. */
  stop(): Promise<void>
}

/** Reads the streams for a group; an entry is acknowledged only after it was written. */
export function startEventReader(
  { redis, batch, idleMs, claimAfterMs, onFailure, ...options }: EventReaderOptions,
  { group, write, lingerMs, maxEvents }: EventReading,
): EventReader {
  const together = createWriteBatch({ write, lingerMs: options.lingerMs ?? lingerMs, maxEvents })
  const consumer = consume({
    redis,
    group,
    consumer: options.consumer ?? `${process.pid}-${randomBytes(6).toString('hex')}`,
    isTransient,
    handler: (events, isAlone) => (isAlone ? write(events) : together(events)),
    ...(batch === undefined ? {} : { batch }),
    ...(idleMs === undefined ? {} : { idleMs }),
    ...(claimAfterMs === undefined ? {} : { claimAfterMs }),
    ...(onFailure === undefined ? {} : { onFailure }),
  })
  return {
    stats: () => consumer.stats(),
    waiting: async () => await countPending(redis, group),
    stop: async () => await consumer.stop(),
  }
}
