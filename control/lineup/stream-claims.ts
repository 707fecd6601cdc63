import { eachInTurns } from '../playlists/catalogue/yield-to-event-loop.ts'
import type { ClaimNumbers } from '../playlists/xtream/stream-numbers.ts'
import { KEYS } from '../sessions/model/keys.ts'
import type { RedisClient } from '../sessions/redis/client.ts'

/** Claims sent at once. */
const BATCH = 1000
/** Claims that are kept whether or not their channels are there. */
export const MOST_CLAIMS = 200_000

type Client = Pick<RedisClient, 'hsetnx' | 'hmget' | 'hlen' | 'hscan' | 'hdel'>

const { key } = KEYS.streamNumbers

/** Removes the claims of channels that are gone, where a list that names its channels anew at every refresh has left very many. */
const dropOld = async (redis: Client, held: ReadonlyMap<string, number>): Promise<void> => {
  if ((await redis.hlen(key)) <= Math.max(MOST_CLAIMS, 4 * held.size)) return
  const numbers = new Set<string>()
  await eachInTurns(held.values(), (number) => numbers.add(String(number)))
  let cursor = '0'
  do {
    const [next, pairs] = await redis.hscan(key, cursor, 'COUNT', BATCH)
    const gone = pairs.filter((it, at) => at % 2 === 0 && !numbers.has(it))
    if (gone.length > 0) await redis.hdel(key, ...gone)
    cursor = next
  } while (cursor !== '0')
}

/** Claims of channel numbers that all control planes share; rejects while Redis is away. */
export const createStreamClaims =
  (redis: Client): ClaimNumbers =>
  async (wishes, held) => {
    await dropOld(redis, held)
    const owners: string[] = []
    for (let from = 0; from < wishes.length; from += BATCH) {
      const batch = wishes.slice(from, from + BATCH)
      await Promise.all(
        batch.map(async ({ number, id }) => await redis.hsetnx(key, String(number), id)),
      )
      const numbers = batch.map(({ number }) => String(number))
      for (const owner of await redis.hmget(key, ...numbers)) owners.push(owner ?? '')
    }
    return owners
  }
