import type { ConsumeOptions } from './consumer-options.ts'
import { deadLetterKey, streamKey } from './keys.ts'
import type { PlayEvent } from './play-event.ts'
import { decodeEvent } from './play-event.ts'
import type { Entry } from './stream-client.ts'
import { BODY, claimedEntries, readEntries } from './stream-client.ts'

const MAX_DEAD = 1000
const ATTEMPTS = 3
const MAX_BACKOFF_MS = 5000
const IDLE_MS = 200
/** Where this process hears of its own events, looks find those of others alone. */
const RARELY_MS = 1000

interface Readable {
  readonly id: string
  readonly event: PlayEvent
}

/** Reads one shard as one consumer of a group. */
export class ShardReader {
  readonly stats = { handled: 0, deadLettered: 0, lost: 0, failures: 0, isFailing: false }
  readonly #options: ConsumeOptions
  readonly #key: string
  readonly #deadKey: string
  /** Whether this consumer may have pending entries, after a failure or restart: they are read first. */
  #hasPending = true
  #attempts = 0
  #claimAt = 0
  /** Whether events were announced since the last read began. */
  #hasNews = false
  #endPause: () => void = () => undefined

  constructor(options: ConsumeOptions, shard: number) {
    this.#options = options
    this.#key = streamKey(shard)
    this.#deadKey = deadLetterKey(shard)
  }

  /** Has the stream read at once. */
  wake(): void {
    this.#hasNews = true
    this.#endPause()
  }

  /** Reads until the signal, in a pause until it is woken; failures are logged and retried. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      let pauseMs = 0
      this.#hasNews = false
      try {
        const count = await this.#step()
        failures = 0
        this.stats.isFailing = false
        if (count === 0) pauseMs = this.#idleMs()
      } catch (error) {
        failures += 1
        this.stats.failures += 1
        this.stats.isFailing = true
        this.#hasPending = true
        this.#options.onFailure?.(error)
        pauseMs = Math.min(100 * 2 ** Math.min(failures, 10), MAX_BACKOFF_MS)
      }
      if (pauseMs > 0) await this.#pause(pauseMs, signal)
    }
  }

  #idleMs(): number {
    const { idleMs, arrivals } = this.#options
    return idleMs ?? (arrivals === undefined ? IDLE_MS : RARELY_MS)
  }

  async #pause(ms: number, stop: AbortSignal): Promise<void> {
    if (this.#hasNews || stop.aborted) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#endPause = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Reads, handles and acknowledges one batch; returns the number of entries. */
  async #step(): Promise<number> {
    const entries = await this.#read()
    if (entries.length === 0) return 0
    const readable = await this.#setAsideJunk(entries)
    if (readable.length > 0) await this.#handle(readable)
    return entries.length
  }

  async #read(): Promise<Entry[]> {
    const claimed = await this.#claim()
    if (claimed.length > 0) return claimed
    if (this.#hasPending) {
      const pending = await this.#readFrom('0')
      if (pending.length > 0) return pending
      this.#hasPending = false
    }
    return this.#readFrom('>')
  }

  async #readFrom(position: '0' | '>'): Promise<Entry[]> {
    const { redis, group, consumer, batch = 500 } = this.#options
    const command = ['GROUP', group, consumer, 'COUNT', batch, 'STREAMS', this.#key, position]
    try {
      return readEntries(await redis.call('XREADGROUP', ...command))
    } catch (error) {
      // There is no stream yet, or Redis has lost its data.
      if (!String(error).includes('NOGROUP')) throw error
      await this.#createGroup()
      return []
    }
  }

  async #createGroup(): Promise<void> {
    const { redis, group } = this.#options
    try {
      await redis.call('XGROUP', 'CREATE', this.#key, group, '0', 'MKSTREAM')
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error
    }
  }

  /** Takes over the pending entries of a dead consumer. */
  async #claim(): Promise<Entry[]> {
    const { redis, group, consumer, batch = 500, claimAfterMs = 60_000 } = this.#options
    const now = Date.now()
    if (now < this.#claimAt) return []
    this.#claimAt = now + claimAfterMs / 2
    const command = [this.#key, group, consumer, claimAfterMs, '0-0', 'COUNT', batch]
    try {
      const entries = claimedEntries(await redis.call('XAUTOCLAIM', ...command))
      if (entries.length > 0) this.#claimAt = now
      return entries
    } catch (error) {
      if (!String(error).includes('NOGROUP')) throw error
      await this.#createGroup()
      return []
    }
  }

  async #setAsideJunk(entries: readonly Entry[]): Promise<Readable[]> {
    const readable: Readable[] = []
    for (const entry of entries) {
      const event = decodeEvent(entry.body)
      if (event !== null) readable.push({ id: entry.id, event })
      else if (entry.isTrimmed) {
        this.stats.lost += 1
        await this.#acknowledge([entry.id])
      } else await this.#bury(entry.id, entry.body ?? '', 'not an event of ours')
    }
    return readable
  }

  async #handle(readable: readonly Readable[]): Promise<void> {
    const { handler, isTransient } = this.#options
    try {
      await handler(
        readable.map(({ event }) => event),
        false,
      )
    } catch (error) {
      if (isTransient?.(error) === true) throw error
      this.#attempts += 1
      if (this.#attempts < ATTEMPTS) throw error
      await this.#handleSingly(readable)
    }
    this.#attempts = 0
    await this.#acknowledge(readable.map(({ id }) => id))
    this.stats.handled += readable.length
  }

  /** Handles events one at a time, so that one that always fails does not block the others. */
  async #handleSingly(readable: readonly Readable[]): Promise<void> {
    const { handler, isTransient } = this.#options
    for (const { id, event } of readable) {
      try {
        await handler([event], true)
      } catch (error) {
        if (isTransient?.(error) === true) throw error
        await this.#bury(id, JSON.stringify(event), String(error))
        this.stats.handled -= 1
      }
    }
  }

  async #bury(id: string, body: string, why: string): Promise<void> {
    const { redis, group } = this.#options
    const fields = [BODY, body, 'id', id, 'group', group, 'why', why.slice(0, 500)]
    await redis.call('XADD', this.#deadKey, 'MAXLEN', '~', MAX_DEAD, '*', ...fields)
    await this.#acknowledge([id])
    this.stats.deadLettered += 1
  }

  async #acknowledge(ids: readonly string[]): Promise<void> {
    const { redis, group } = this.#options
    await redis.call('XACK', this.#key, group, ...ids)
  }
}
