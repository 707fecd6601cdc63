import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Arrivals, KnownEvents } from './arrivals.ts'
import { shardOf, streamKey } from './keys.ts'
import type { PlayEvent } from './play-event.ts'
import { encodeEvent } from './play-event.ts'
import { BODY, type StreamClient } from './stream-client.ts'

/** Counters of a publisher since its start. */
export interface PublisherStats {
  /** Events waiting in memory because Redis is unavailable or slow. */
  readonly buffered: number
  readonly published: number
  /** Events lost because the buffer was full. */
  readonly dropped: number
  /** Whether the last write to Redis failed. */
  readonly isFailing: boolean
}

/** Publishes events; neither blocks nor throws. */
export interface Publisher {
  publish(events: readonly PlayEvent[]): void
  /**
   * Writes recent events again after Redis has lost its data, since readers may not have read
   * them; readers ignore duplicates.
   */
  repeat(): void
  /** Resolves when all waiting events are written, or one write has failed. */
  flush(): Promise<void>
  stats(): PublisherStats
  /** Tries to write the waiting events, and stops. */
  close(): Promise<void>
}

export interface PublisherOptions {
  readonly redis: StreamClient
  /** Most entries of a shard's stream; the oldest are trimmed. */
  readonly maxLength?: number
  /** Most events kept in memory while Redis is unavailable; the oldest are dropped. */
  readonly maxBuffered?: number
  readonly retryMs?: number
  /** Told of each shard that was written to. */
  readonly arrivals?: Pick<Arrivals, 'tell'>
  /** Remembers what was written, for readers of this process. */
  readonly known?: Pick<KnownEvents, 'add' | 'clear'>
}

const BATCH = 500
/** Milliseconds for which the first event waits for others: written one at a time, each would wake every reader. */
const LINGER_MS = 10
/** The same after a write of so many. */
const BUSY_LINGER_MS = 40
const BUSY = 10
const MAX_LENGTH = 250_000
const MAX_BUFFERED = 100_000
/**
 * Age in ms and number of events that are written again after a loss of data in Redis; readers
 * are rarely further behind.
 */
const REPEATED_MS = 15_000
const REPEATED = 20_000

/** Appends the events of one shard: KEYS[1] its stream, ARGV[1] most entries, then the events. Answers the ids of the entries. */
const APPEND = `local ids = {}
for at = 2, #ARGV do
  ids[at - 1] = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', '${BODY}', ARGV[at])
end
return ids`
const APPEND_SHA = hash('sha1', APPEND, 'hex')

/** One command for all events of a shard: each of its own would cost as much as the rest of writing it. */
const append = async (
  redis: StreamClient,
  key: string,
  args: readonly (string | number)[],
): Promise<unknown> => {
  try {
    return await redis.call('EVALSHA', APPEND_SHA, 1, key, ...args)
  } catch (error) {
    if (!String(error).includes('NOSCRIPT')) throw error
    return await redis.call('EVAL', APPEND, 1, key, ...args)
  }
}

/** Appends events to their shards. Rejects where one fails: all are then written again, and readers recognise duplicates by id. */
export async function publishEvents(
  redis: StreamClient,
  events: readonly PlayEvent[],
  maxLength = MAX_LENGTH,
  known?: Pick<KnownEvents, 'add'>,
): Promise<void> {
  const shards = new Map<number, PlayEvent[]>()
  for (const event of events) {
    const shard = shardOf(event.account)
    const own = shards.get(shard)
    if (own === undefined) shards.set(shard, [event])
    else own.push(event)
  }
  const write = async ([shard, own]: readonly [number, readonly PlayEvent[]]): Promise<void> => {
    const key = streamKey(shard)
    const ids = await append(redis, key, [maxLength, ...own.map(encodeEvent)])
    if (!Array.isArray(ids)) return
    for (const [at, event] of own.entries()) known?.add(key, String(ids[at]), event)
  }
  // Every write is awaited before any failure is thrown, so that no rejection goes unhandled.
  const results = await Promise.allSettled([...shards].map(write))
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

const lingerAfter = (count: number): number => (count >= BUSY ? BUSY_LINGER_MS : LINGER_MS)

/** A publisher that keeps events in memory until Redis has them. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { redis, maxLength = MAX_LENGTH, maxBuffered = MAX_BUFFERED, retryMs = 500 } = options
  const recent = createRecent()
  let waiting: PlayEvent[] = []
  let published = 0
  let dropped = 0
  let isFailing = false
  let running: Promise<void> | null = null
  let lastCount = 0
  let timer: NodeJS.Timeout | undefined

  const drain = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH)
      const overflowBefore = dropped
      try {
        await publishEvents(redis, batch, maxLength, options.known)
      } catch {
        isFailing = true
        return
      }
      isFailing = false
      published += batch.length
      lastCount = batch.length
      options.arrivals?.tell(new Set(batch.map(({ account }) => shardOf(account))))
      recent.add(batch)
      // The buffer may have dropped some of the batch meanwhile.
      waiting = waiting.slice(Math.max(0, batch.length - (dropped - overflowBefore)))
      if (waiting.length > 0 && waiting.length < BATCH) await sleep(lingerAfter(batch.length))
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
    if (running === null) timer ??= setTimeout(() => void flush(), lingerAfter(lastCount))
  }
  return {
    flush,
    publish,
    repeat: () => {
      options.known?.clear()
      publish(recent.take())
    },
    stats: () => ({ buffered: waiting.length, published, dropped, isFailing }),
    close: () => flush().finally(() => clearTimeout(timer)),
  }
}
