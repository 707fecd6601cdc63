import { readJson } from '#domain/read-json'
import type { EntryNames } from '../playlists/catalogue/channel.ts'
import {
  keepRecords,
  MOST_RECORDS,
  type NameRecord,
  type NameRecords,
} from '../playlists/former/records.ts'
import { KEYS } from '../sessions/model/keys.ts'
import type { RedisClient } from '../sessions/redis/client.ts'

type Client = Pick<RedisClient, 'hset' | 'hget' | 'hincrby' | 'hdel' | 'hscan'>

const { key } = KEYS.formerNames
/** Counts the changes; no hash of an address. */
const CHANGES = 'changes'
const BATCH = 500

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((it) => typeof it === 'string')

const isEntryNames = (value: unknown): value is EntryNames =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  'tvgId' in value &&
  'name' in value &&
  'titles' in value &&
  isTexts([value.id, value.tvgId, value.name]) &&
  isTexts(value.titles)

const isRecord = (value: unknown): value is Omit<NameRecord, 'address'> =>
  typeof value === 'object' &&
  value !== null &&
  'place' in value &&
  'at' in value &&
  'called' in value &&
  typeof value.place === 'string' &&
  typeof value.at === 'number' &&
  Array.isArray(value.called) &&
  value.called.every((it) => Array.isArray(it) && it.every(isEntryNames)) &&
  (!('isGone' in value) || value.isGone === true)

const readRecord = (address: string, text: string): NameRecord | null => {
  const record = readJson(text, isRecord)
  return record === null ? null : { ...record, address }
}

const isNewer = (record: NameRecord, kept: ReadonlyMap<string, NameRecord>): boolean =>
  record.at > (kept.get(record.address)?.at ?? -1)

/** What channels were called, shared by all control planes; it knows nothing until `refresh`. */
export class SharedNameRecords implements NameRecords {
  private readonly redis: Client
  private readonly warn: (message: string) => void
  private readonly most: number
  private readonly kept = new Map<string, NameRecord>()
  private readonly unsent = new Map<string, NameRecord>()
  private news = 0
  private seen = 0

  constructor(redis: Client, warn: (message: string) => void, most = MOST_RECORDS) {
    this.redis = redis
    this.warn = warn
    this.most = most
  }

  version(): number {
    return this.news
  }

  all(): Iterable<NameRecord> {
    return this.kept.values()
  }

  put(records: readonly NameRecord[]): void {
    this.keep(records)
    for (const record of records) this.unsent.set(record.address, record)
    // What does not arrive now is sent with the next round.
    this.send().catch(() => undefined)
  }

  /** Stores what this control plane remembers and reads what others do; returns whether that is news of what is listed. */
  async refresh(): Promise<boolean> {
    const changes = Number(await this.redis.hget(key, CHANGES))
    // Redis lost its data.
    if (changes < this.seen)
      for (const record of this.kept.values()) this.unsent.set(record.address, record)
    const isNews = changes !== this.seen && (await this.read())
    this.seen = changes
    if (isNews) this.news += 1
    await this.send()
    return isNews
  }

  private keep(records: readonly NameRecord[]): void {
    const lost = keepRecords(this.kept, records, this.most)
    if (lost > 0)
      this.warn(
        `${lost} channels that lists named anew are remembered no more, the oldest ones: what closed them by their former names does not now`,
      )
  }

  private async send(): Promise<void> {
    const batch: NameRecord[] = []
    for (const record of this.unsent.values()) if (batch.push(record) === BATCH) break
    if (batch.length === 0) return
    const fields = batch.flatMap(({ address, ...rest }) => [address, JSON.stringify(rest)])
    await this.redis.hset(key, ...fields)
    for (const record of batch)
      if (this.unsent.get(record.address) === record) this.unsent.delete(record.address)
    const changes = await this.redis.hincrby(key, CHANGES, 1)
    if (changes === this.seen + 1) this.seen = changes
    await this.send()
  }

  private async read(): Promise<boolean> {
    const { redis, kept } = this
    const news: NameRecord[] = []
    let cursor = '0'
    do {
      const [next, pairs] = await redis.hscan(key, cursor, 'COUNT', BATCH)
      for (let at = 0; at < pairs.length; at += 2) {
        const record = readRecord(pairs[at] ?? '', pairs[at + 1] ?? '')
        if (record !== null && isNewer(record, kept)) news.push(record)
      }
      cursor = next
    } while (cursor !== '0')
    this.keep(news.toSorted((a, b) => a.at - b.at))
    const dropped = news.map(({ address }) => address).filter((it) => !kept.has(it))
    if (dropped.length > 0) await redis.hdel(key, ...dropped)
    return news.some(({ isGone }) => isGone !== true)
  }
}
