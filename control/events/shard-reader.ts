import { onBeat } from '../beats/on-beat.ts'
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
const BATCH = 500

const after = (ms: number, act: () => void): (() => void) => {
  const timer = setTimeout(act, ms)
  return () => clearTimeout(timer)
}

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
  /** Where this consumer's pending entries are read from, after a failure or restart, before what is new; `null` once all are. */
  #pendingFrom: string | null = '0'
  /** Batches that are with the handler while more are read, and the ids of their entries. */
  readonly #underWay = new Set<Promise<void>>()
  readonly #ids = new Set<string>()
  #failed: { readonly error: unknown } | null = null
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
        else await this.#letMoreCome(count, signal)
      } catch (error) {
        failures += 1
        this.stats.failures += 1
        this.stats.isFailing = true
        this.#pendingFrom = '0'
        this.#options.onFailure?.(error)
        pauseMs = Math.min(100 * 2 ** Math.min(failures, 10), MAX_BACKOFF_MS)
      }
      if (pauseMs > 0) await this.#pause(pauseMs, signal, true)
    }
    await Promise.all(this.#underWay)
  }

  /** Who reads ahead has nothing to wait for but more of them: read one by one, each would be a command. */
  async #letMoreCome(count: number, signal: AbortSignal): Promise<void> {
    const { ahead, batch = BATCH } = this.#options
    if (ahead !== undefined && count < batch) await this.#pause(ahead.pauseMs, signal, false)
  }

  #idleMs(): number {
    const { idleMs, arrivals } = this.#options
    return idleMs ?? (arrivals === undefined ? IDLE_MS : RARELY_MS)
  }

  async #pause(ms: number, stop: AbortSignal, isEndedByNews: boolean): Promise<void> {
    if ((isEndedByNews && this.#hasNews) || stop.aborted || this.#failed !== null) return
    await new Promise<void>((resolve) => {
      // Readers that find nothing look again together.
      const callOff = ms === RARELY_MS ? onBeat(ms, resolve) : after(ms, resolve)
      this.#endPause = () => {
        if (!isEndedByNews && !stop.aborted && this.#failed === null) return
        callOff()
        resolve()
      }
    })
  }

  /** Reads, handles and acknowledges one batch, or begins to; returns the number of entries. */
  async #step(): Promise<number> {
    await this.#makeRoom()
    const entries = await this.#read()
    if (entries.length === 0) return 0
    const readable = await this.#setAsideJunk(entries)
    if (readable.length === 0) return entries.length
    if (this.#options.ahead === undefined || this.#attempts > 0) await this.#handle(readable)
    else this.#begin(readable)
    return entries.length
  }

  /** Waits while enough events are with the handler. After a failure it waits for all of them: what is pending is read again then. */
  async #makeRoom(): Promise<void> {
    const { events = 0 } = this.#options.ahead ?? {}
    while (this.#ids.size > 0 && this.#ids.size >= events && this.#failed === null)
      await Promise.race(this.#underWay)
    if (this.#failed === null) return
    await Promise.all(this.#underWay)
    const { error } = this.#failed
    this.#failed = null
    throw error
  }

  #begin(readable: readonly Readable[]): void {
    for (const { id } of readable) this.#ids.add(id)
    const batch = this.#deliver(readable)
      .catch((error: unknown) => {
        this.#failed ??= { error }
        this.wake()
      })
      .finally(() => {
        for (const { id } of readable) this.#ids.delete(id)
        this.#underWay.delete(batch)
      })
    this.#underWay.add(batch)
  }

  async #deliver(readable: readonly Readable[]): Promise<void> {
    try {
      await this.#call(readable)
    } catch (error) {
      // What fails for another reason than a lost connection is tried by itself.
      if (this.#options.isTransient?.(error) !== true) this.#attempts = Math.max(1, this.#attempts)
      throw error
    }
    await this.#settle(readable)
  }

  async #call(readable: readonly Readable[]): Promise<void> {
    await this.#options.handler(
      readable.map(({ event }) => event),
      false,
    )
  }

  async #settle(readable: readonly Readable[]): Promise<void> {
    await this.#acknowledge(readable.map(({ id }) => id))
    this.stats.handled += readable.length
  }

  async #read(): Promise<Entry[]> {
    const claimed = await this.#claim()
    if (claimed.length > 0) return claimed
    if (this.#pendingFrom !== null) {
      const pending = await this.#readFrom(this.#pendingFrom)
      this.#pendingFrom = pending.at(-1)?.id ?? null
      if (pending.length > 0) return pending
    }
    return this.#readFrom('>')
  }

  /** Entries that are new (`>`), or this consumer's pending ones after an id. */
  async #readFrom(position: string): Promise<Entry[]> {
    const { redis, group, consumer, batch = BATCH } = this.#options
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
    const { redis, group, consumer, batch = BATCH, claimAfterMs = 60_000 } = this.#options
    const now = Date.now()
    if (now < this.#claimAt) return []
    this.#claimAt = now + claimAfterMs / 2
    const command = [this.#key, group, consumer, claimAfterMs, '0-0', 'COUNT', batch]
    try {
      const entries = claimedEntries(await redis.call('XAUTOCLAIM', ...command))
      if (entries.length > 0) this.#claimAt = now
      return entries.filter(({ id }) => !this.#ids.has(id))
    } catch (error) {
      if (!String(error).includes('NOGROUP')) throw error
      await this.#createGroup()
      return []
    }
  }

  #eventOf({ id, body }: Entry): PlayEvent | null {
    const known = body === undefined ? undefined : this.#options.known?.find(this.#key, id)
    return known ?? decodeEvent(body)
  }

  async #setAsideJunk(entries: readonly Entry[]): Promise<Readable[]> {
    const readable: Readable[] = []
    for (const entry of entries) {
      const event = this.#eventOf(entry)
      if (event !== null) readable.push({ id: entry.id, event })
      else if (entry.isTrimmed) {
        this.stats.lost += 1
        await this.#acknowledge([entry.id])
      } else await this.#bury(entry.id, entry.body ?? '', 'not an event of ours')
    }
    return readable
  }

  async #handle(readable: readonly Readable[]): Promise<void> {
    try {
      await this.#call(readable)
    } catch (error) {
      if (this.#options.isTransient?.(error) === true) throw error
      this.#attempts += 1
      if (this.#attempts < ATTEMPTS) throw error
      await this.#handleSingly(readable)
    }
    this.#attempts = 0
    await this.#settle(readable)
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
