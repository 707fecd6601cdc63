import { shardOf, streamKey } from './keys.ts'
import type { PlayEvent } from './play-event.ts'
import { encodeEvent } from './play-event.ts'
import { BODY, type StreamClient } from './stream-client.ts'

/** Counters of a publisher since its start. */
export interface PublisherStats {
  /** Waiting in memory, because Redis is away or slow. */
  readonly buffered: number
  readonly published: number
  /** Lost, because the buffer was full. */
  readonly dropped: number
  /** True while Redis does not take writes. */
  readonly isFailing: boolean
}

/** Where the rest of the control plane puts events; it never waits and never throws. */
export interface Publisher {
  publish(events: readonly PlayEvent[]): void
  /**
   * Writes once more what may not have been read before Redis lost its data; delivered twice, it
   * counts once.
   */
  repeat(): void
  /** Resolves when all that waits has been written, or writing failed once. */
  flush(): Promise<void>
  stats(): PublisherStats
  /** Writes what it can and stops. */
  close(): Promise<void>
}

export interface PublisherOptions {
  readonly redis: StreamClient
  /** Entries a shard keeps at most; old ones go first. */
  readonly maxLength?: number
  /** Events kept in memory while Redis is away; old ones go first. */
  readonly maxBuffered?: number
  readonly retryMs?: number
}

const BATCH = 500
const MAX_LENGTH = 250_000
const MAX_BUFFERED = 100_000
/**
 * Age in ms and number of entries written again after a loss of Redis; readers are rarely further
 * behind.
 */
const REPEATED_MS = 15_000
const REPEATED = 20_000

/** Writes events to their shards; what fails half-way is written again, and readers know it by its id. */
export async function publishEvents(
  redis: StreamClient,
  events: readonly PlayEvent[],
  maxLength = MAX_LENGTH,
): Promise<void> {
  const writes = events.map((event) => {
    const key = streamKey(shardOf(event.account))
    return redis.call('XADD', key, 'MAXLEN', '~', maxLength, '*', BODY, encodeEvent(event))
  })
  // Every write is awaited before any failure is thrown, so that no rejection goes unhandled.
  const results = await Promise.allSettled(writes)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** The events of the last seconds. */
const createRecent = () => {
  let kept: { readonly at: number; readonly events: readonly PlayEvent[] }[] = []
  let count = 0
  return {
    add(events: readonly PlayEvent[]) {
      const at = Date.now()
      kept.push({ at, events })
      count += events.length
      for (let first = kept[0]; first; first = kept[0]) {
        if (first.at >= at - REPEATED_MS && count <= REPEATED) return
        kept.shift()
        count -= first.events.length
      }
    },
    take(): PlayEvent[] {
      const events = kept.flatMap((it) => it.events)
      kept = []
      count = 0
      return events
    },
  }
}

/** A publisher that keeps events in memory until Redis has them. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { redis, maxLength = MAX_LENGTH, maxBuffered = MAX_BUFFERED, retryMs = 500 } = options
  const recent = createRecent()
  let waiting: PlayEvent[] = []
  let published = 0
  let dropped = 0
  let isFailing = false
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  const drain = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      const overflowBefore = dropped
      try {
        await publishEvents(redis, batch, maxLength)
      } catch {
        isFailing = true
        return
      }
      isFailing = false
      published += batch.length
      recent.add(batch)
      // The buffer may have dropped some of the batch meanwhile.
      waiting = waiting.slice(Math.max(0, batch.length - (dropped - overflowBefore)))
    }
  }
  const flush = async () => {
    clearTimeout(timer)
    timer = undefined
    running ??= drain().finally(() => {
      running = null
    })
    await running
    if (waiting.length > 0) timer ??= setTimeout(() => void flush(), retryMs).unref()
  }
  const publish = (events: readonly PlayEvent[]) => {
    waiting.push(...events)
    const excess = waiting.length - maxBuffered
    if (excess > 0) {
      waiting = waiting.slice(excess)
      dropped += excess
    }
    if (running === null && timer === undefined) void flush()
  }
  return {
    flush,
    publish,
    repeat: () => publish(recent.take()),
    stats: () => ({ buffered: waiting.length, published, dropped, isFailing }),
    async close() {
      await flush()
      clearTimeout(timer)
    },
  }
}
