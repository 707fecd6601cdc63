import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { accountTag, KEYS, LIVE_SHARDS, shardOf } from '../../../../control/sessions/model/keys.ts'

test('an account tag is the first 16 hex of its SHA-256 and sits in braces', () => {
  const hash = createHash('sha256').update('own:1').digest('hex')
  expect(accountTag('own:1')).toBe(hash.slice(0, 16))
  expect(KEYS.account(accountTag('own:1'))).toBe(`gh:acc:{${hash.slice(0, 16)}}`)
})

test('accounts spread over all shards', () => {
  const shards = Array.from({ length: 2_000 }, (_, at) => shardOf(accountTag(`own:${at}`)))
  expect(new Set(shards).size).toBe(LIVE_SHARDS)
  expect(shards.every((shard) => shard >= 0 && shard < LIVE_SHARDS)).toBe(true)
})
