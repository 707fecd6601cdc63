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
    'redis' | 'batch' | 'idleMs' | 'arrivals' | 'known' | 'claimAfterMs' | 'onFailure'
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

type Times = Pick<EventReaderOptions, 'lingerMs' | 'busyLingerMs' | 'holdMs'>
type Usual = Pick<EventReading, 'lingerMs' | 'busyLingerMs' | 'holdMs'>

/** How long batches are gathered; `lingerMs` given alone holds for all. */
const timesOf = ({ lingerMs, busyLingerMs, holdMs }: Times, usual: Usual) => {
  const own = lingerMs ?? usual.lingerMs
  const others: Times = lingerMs === undefined ? usual : {}
  return {
    lingerMs: own,
    busyLingerMs: busyLingerMs ?? others.busyLingerMs ?? own,
    holdMs: holdMs ?? others.holdMs ?? 0,
  }
}

/** Reads the streams for a consumer group; an entry is acknowledged after its batch was handled. */
export function startEventReader(
  options: EventReaderOptions,
  { group, write, maxEvents, ahead, ...usual }: EventReading,
): EventReader {
  const times = timesOf(options, usual)
  const together = createWriteBatch({ write, maxEvents, ...times })
  const consumer = consume({
    ...options,
    group,
    consumer: options.consumer ?? `${process.pid}-${randomBytes(6).toString('hex')}`,
    isTransient,
    handler: (events, isAlone) => (isAlone ? write(events) : together.add(events)),
    ...(ahead === undefined ? {} : { ahead: { events: ahead, pauseMs: times.lingerMs } }),
  })
  return {
    stats: () => consumer.stats(),
    waiting: async () => await countPending(options.redis, group),
    stop: async () => {
      const stopped = consumer.stop()
      together.close()
      await stopped
    },
  }
}
