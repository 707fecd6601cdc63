import { createHash } from 'node:crypto'
import type { Protocol } from '#domain/types'
import type { KnownProtocols } from '../playlists/fetch/ask-protocol.ts'
import { KEYS } from '../sessions/model/keys.ts'
import type { RedisClient } from '../sessions/redis/client.ts'

/** What origins answered, shared by all control planes. */
export interface LearnedProtocols extends KnownProtocols {
  /** Stores what this control plane learned and reads what others did; returns whether an answer is new or another than before. */
  readonly refresh: () => Promise<boolean>
}

type Client = Pick<
  RedisClient,
  'zadd' | 'zrem' | 'zrangebyscore' | 'zremrangebyscore' | 'zremrangebyrank'
>

/** Read again at each round: clocks of control planes differ. */
const OVERLAP_MS = 120_000
const BATCH = 2_000
const MOST = 100_000
const PROTOCOLS = ['hls', 'dash', 'mpegts'] as const satisfies readonly Protocol[]

/** Addresses may hold a login of the provider: only their hash is stored. */
const hashOf = (url: string): string =>
  createHash('sha256').update(url).digest('base64url').slice(0, 22)

const memberOf = (hash: string, protocol: Protocol): string => `${hash} ${protocol}`

const readMember = (member: string): { hash: string; protocol: Protocol } | null => {
  const [hash = '', named] = member.split(' ')
  const protocol = PROTOCOLS.find((it) => it === named)
  return protocol === undefined ? null : { hash, protocol }
}

/** Creates the store; it knows nothing until `refresh`. `now`: Unix ms. */
export const createLearnedProtocols = (redis: Client, now: () => number): LearnedProtocols => {
  const { key, ttlMs } = KEYS.protocols
  const known = new Map<string, { readonly protocol: Protocol; readonly at: number }>()
  const unsent = new Map<string, Protocol>()
  let newest = 0
  let hasChanged = false

  const note = (hash: string, protocol: Protocol, at: number): void => {
    const before = known.get(hash)
    if (before !== undefined && before.at > at) return
    if (before?.protocol !== protocol) hasChanged = true
    known.delete(hash)
    known.set(hash, { protocol, at })
    if (known.size <= MOST) return
    for (const oldest of known.keys()) {
      known.delete(oldest)
      break
    }
  }

  const send = async (): Promise<void> => {
    for (const [hash, protocol] of unsent) {
      const others = PROTOCOLS.filter((it) => it !== protocol)
      await redis.zadd(key, known.get(hash)?.at ?? now(), memberOf(hash, protocol))
      await redis.zrem(key, ...others.map((it) => memberOf(hash, it)))
      if (unsent.get(hash) === protocol) unsent.delete(hash)
    }
  }

  const read = async (): Promise<void> => {
    const from = Math.max(newest - OVERLAP_MS, now() - ttlMs, 0)
    for (let at = 0; at < MOST; at += BATCH) {
      const rows = await redis.zrangebyscore(key, from, '+inf', 'WITHSCORES', 'LIMIT', at, BATCH)
      for (let row = 0; row < rows.length; row += 2) {
        const found = readMember(rows[row] ?? '')
        const when = Number(rows[row + 1])
        if (found !== null) note(found.hash, found.protocol, when)
        newest = Math.max(newest, when)
      }
      if (rows.length < 2 * BATCH) return
    }
  }

  return {
    of: (url) => (known.size === 0 ? null : (known.get(hashOf(url)) ?? null)),
    learn: (url, protocol) => {
      const hash = hashOf(url)
      note(hash, protocol, now())
      unsent.set(hash, protocol)
      // What does not arrive now is sent with the next round.
      send().catch(() => undefined)
    },
    refresh: async () => {
      if (unsent.size > 0) {
        await send()
        await redis.zremrangebyscore(key, 0, now() - ttlMs)
        await redis.zremrangebyrank(key, 0, -1 - MOST)
      }
      await read()
      const result = hasChanged
      hasChanged = false
      return result
    },
  }
}
