import type { ClaimNumbers } from '../playlists/xtream/stream-numbers.ts'
import { KEYS } from '../sessions/model/keys.ts'
import type { RedisClient } from '../sessions/redis/client.ts'

/** Claims sent at once. */
const BATCH = 1000

type Client = Pick<RedisClient, 'hsetnx' | 'hmget'>

/** Claims of channel numbers that all control planes share; rejects while Redis is away. */
export const createStreamClaims =
  (redis: Client): ClaimNumbers =>
  async (wishes) => {
    const owners: string[] = []
    for (let from = 0; from < wishes.length; from += BATCH) {
      const batch = wishes.slice(from, from + BATCH)
      await Promise.all(
        batch.map(
          async ({ number, id }) => await redis.hsetnx(KEYS.streamNumbers.key, String(number), id),
        ),
      )
      const numbers = batch.map(({ number }) => String(number))
      for (const owner of await redis.hmget(KEYS.streamNumbers.key, ...numbers))
        owners.push(owner ?? '')
    }
    return owners
  }
