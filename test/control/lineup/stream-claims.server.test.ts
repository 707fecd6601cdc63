import { expect, it } from 'vitest'
import { createStreamClaims, MOST_CLAIMS } from '../../../control/lineup/stream-claims.ts'
import { createStreamNumbers } from '../../../control/playlists/xtream/stream-numbers.ts'
import { KEYS } from '../../../control/sessions/model/keys.ts'
import { ownRedis } from '../../support/programs/redis-client.ts'

const { key } = KEYS.streamNumbers

const redis = await ownRedis()

it('forgets claims of channels that are gone where there are very many, and none of those that are there', async () => {
  const plane = createStreamNumbers(createStreamClaims(redis))
  const numbers = await plane(['one', 'two'])
  for (let from = 0; from <= MOST_CLAIMS; from += 5_000)
    await redis.hset(
      key,
      Object.fromEntries(Array.from({ length: 5_000 }, (_, at) => [`${from + at}`, `old-${at}`])),
    )
  const before = numbers.get('one')
  const later = await plane(['one', 'two', 'three'])
  expect(later.get('one')).toBe(before)
  const owners = await redis.hgetall(key)
  expect(new Set(Object.values(owners))).toEqual(new Set(['one', 'two', 'three']))
  expect(owners[String(before)]).toBe('one')
})

it('keeps the claims of channels that are gone otherwise', async () => {
  const plane = createStreamNumbers(createStreamClaims(redis))
  for (let refresh = 0; refresh < 5; refresh += 1) await plane([`gone-${refresh}`])
  expect(Object.values(await redis.hgetall(key))).toContain('gone-0')
})
