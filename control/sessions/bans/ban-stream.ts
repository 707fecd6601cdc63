import { randomBytes } from 'node:crypto'
import type { BanKind } from '#domain/reasons'
import type { Ban } from '../model/ban-store.ts'
import { KEYS } from '../model/keys.ts'
import type { RedisClient } from '../redis/client.ts'

/** A change of bans as control planes exchange it. */
export interface BanUpdate {
  readonly set: readonly Ban[]
  readonly clear: readonly { readonly kind: BanKind; readonly subject: string }[]
  /** Lease keys to refuse besides the bans of sessions, or to drop. */
  readonly kill: readonly string[]
  readonly drop: readonly string[]
  /** Lease keys that a lifted ban had killed. */
  readonly free: readonly string[]
}

/** An empty change. */
export const NO_BAN_UPDATE: BanUpdate = { set: [], clear: [], kill: [], drop: [], free: [] }

/** The ban stream in Redis as one control plane uses it. */
export interface BanStream {
  publish(update: BanUpdate): Promise<void>
  /** What others have published since the last call. */
  read(): Promise<BanUpdate[]>
  /** Bans kept in Redis. */
  stored(): Promise<Ban[]>
  keep(bans: readonly Ban[]): Promise<void>
  drop(ids: readonly string[]): Promise<void>
  /** Read from the beginning again: Redis lost its data. */
  rewind(): void
}

const READ_BATCH = 500
const LOOK_BACK_MS = 3_600_000

/** Id of a ban: `kind:subject`. */
export const banId = (ban: { readonly kind: BanKind; readonly subject: string }): string =>
  `${ban.kind}:${ban.subject}`

interface Stored extends BanUpdate {
  readonly origin: string
}

const updateOf = (fields: readonly string[]): Stored | null => {
  const text = fields[fields.indexOf('e') + 1]
  return text === undefined ? null : JSON.parse(text)
}

/** Follows `gh:bans` by polling; a blocking read would not survive a failover of Redis. */
export const createBanStream = (redis: RedisClient, now: () => number): BanStream => {
  const origin = randomBytes(6).toString('base64url')
  const { key, maxLength } = KEYS.banStream
  let last = `${now() - LOOK_BACK_MS}-0`
  return {
    async publish(update) {
      const stored: Stored = { origin, ...update }
      await redis.xadd(key, 'MAXLEN', '~', maxLength, '*', 'e', JSON.stringify(stored))
    },
    async read() {
      const found: BanUpdate[] = []
      for (let round = 0; round < 20; round += 1) {
        const entries = await redis.xrange(key, `(${last}`, '+', 'COUNT', READ_BATCH)
        for (const [id, fields] of entries) {
          last = id
          const update = updateOf(fields)
          if (update && update.origin !== origin) found.push(update)
        }
        if (entries.length < READ_BATCH) break
      }
      return found
    },
    async stored() {
      const all = await redis.hgetall(KEYS.banSet.key)
      return Object.values(all).map((text): Ban => JSON.parse(text))
    },
    async keep(bans) {
      const fields = bans.flatMap((ban) => [banId(ban), JSON.stringify(ban)])
      if (fields.length > 0) await redis.hset(KEYS.banSet.key, ...fields)
    },
    async drop(ids) {
      if (ids.length > 0) await redis.hdel(KEYS.banSet.key, ...ids)
    },
    rewind: () => {
      last = '0-0'
    },
  }
}
