import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allShards, shardOf } from '../../../control/events/keys.ts'
import {
  decodeEvent,
  EVENT_TYPES,
  encodeEvent,
  type PlayEvent,
} from '../../../control/events/play-event.ts'
import { locatedPlayOfEvent, playOfEvent } from '../../../control/events/play-of-event.ts'

const bare: PlayEvent = {
  type: 'updated',
  at: 1_000,
  id: 's1',
  source: 'edge:one',
  account: 'own:ann',
}

describe('an entry of the stream', () => {
  test.each(EVENT_TYPES)('%s is read as it was written', (type) => {
    const event: PlayEvent = { ...bare, type, bytes: 5, city: null, latitude: -12.5 }
    expect(decodeEvent(encodeEvent(event))).toEqual(event)
  })

  const JUNK: [string, Record<string, unknown>][] = [
    ['an unknown type', { type: 'exploded' }],
    ['no id', { id: '' }],
    ['an id without end', { id: 'x'.repeat(129) }],
    ['a time before time', { at: -1 }],
    ['a time beyond all dates', { at: 1e300 }],
    ['a time in words', { at: '2026-03-01' }],
    ['a pole too far', { latitude: 91 }],
    ['negative bytes', { bytes: -5 }],
    ['a country in words', { country: 'France' }],
    ['an account of no length', { account: '' }],
  ]

  test.each(JUNK)('with %s is junk', (_, changes) => {
    expect(decodeEvent(JSON.stringify({ ...bare, ...changes }))).toBeNull()
  })

  test('of any content at all never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => decodeEvent(body) === null))
    expect(decodeEvent(undefined)).toBeNull()
  })
})

describe('what an event tells', () => {
  test('nothing it does not say', () => {
    const play = playOfEvent(bare)
    const known = Object.entries(play).filter(([, value]) => value !== null)
    expect(Object.fromEntries(known)).toEqual({
      id: 's1',
      source: 'edge:one',
      account: 'own:ann',
      isLan: false,
      isLive: true,
      startedAt: 1_000,
      lastSeenAt: 1_000,
    })
  })

  test.each(EVENT_TYPES.filter((type) => type !== 'download'))('%s: ended or not', (type) => {
    const isEnding = ['closed', 'refused', 'banned'].includes(type)
    expect(playOfEvent({ ...bare, type }).endedAt).toBe(isEnding ? 1_000 : null)
  })

  test.each([
    ['FR', undefined, 'FR'],
    ['FR', true, null],
    [null, undefined, null],
  ] as const)('a country %s that another file disputes: %s', (country, isCountryDisputed, told) => {
    const place = { country, region: null, city: 'Lyon', latitude: 45.8, longitude: 4.8 }
    const disputed = isCountryDisputed === true ? { isCountryDisputed } : {}
    const where = { ...place, accuracyKm: 300, ...disputed }
    const play = locatedPlayOfEvent({ ...bare, address: '203.0.113.9' }, () => where)
    expect(play).toMatchObject({ city: 'Lyon', country: told, accuracyKm: 300 })
    expect(play).not.toHaveProperty('isCountryDisputed')
  })

  test('a start after the event, from a wrong clock, is brought back to it', () => {
    expect(playOfEvent({ ...bare, startedAt: 5_000 })).toMatchObject({ startedAt: 1_000 })
    expect(playOfEvent({ ...bare, startedAt: 400 })).toMatchObject({ startedAt: 400 })
  })
})

test('accounts spread over all shards, always the same one', () => {
  const shards = Array.from({ length: 400 }, (_, n) => shardOf(`own:${n}`))
  for (const shard of allShards()) {
    expect(shards.filter((other) => other === shard).length).toBeGreaterThan(50)
  }
  expect(shardOf('own:ann')).toBe(shardOf('own:ann'))
})
