import { beforeEach, expect, it } from 'vitest'
import { SharedNameRecords } from '../../../control/lineup/name-records.ts'
import type { NameRecord } from '../../../control/playlists/former/records.ts'
import { KEYS } from '../../../control/sessions/model/keys.ts'
import { until } from '../../support/programs/port.ts'
import { ownRedis } from '../../support/programs/redis-client.ts'

const redis = await ownRedis()
beforeEach(async () => {
  await redis.del(KEYS.formerNames.key)
})

const told: string[] = []
const plane = (most?: number) => new SharedNameRecords(redis, (message) => told.push(message), most)
const names = { id: 'adult1', tvgId: 'adult1', name: 'One', titles: ['Mix'] }
const record = (
  address: string,
  at: number,
  called: NameRecord['called'] = [[names]],
): NameRecord => ({
  address,
  place: `place of ${address}`,
  at,
  called,
})

it('gives what one control plane remembers, and forgets, to the others, and to one that starts later', async () => {
  const [a, b] = [plane(), plane()]
  a.put([record('x', 1)])
  await a.refresh()
  expect(await b.refresh()).toBe(true)
  expect([...b.all()]).toEqual([record('x', 1)])
  expect(await b.refresh()).toBe(false)
  b.put([record('x', 2, [])])
  await b.refresh()
  expect(await a.refresh()).toBe(true)
  expect([...a.all()]).toEqual([record('x', 2, [])])
  const late = plane()
  await late.refresh()
  expect([...late.all()]).toEqual([record('x', 2, [])])
})

it('puts back what Redis lost', async () => {
  const a = plane()
  a.put([record('x', 1), record('y', 1)])
  await a.refresh()
  await redis.del(KEYS.formerNames.key)
  await a.refresh()
  const late = plane()
  await late.refresh()
  expect([...late.all()].map(({ address }) => address).toSorted()).toEqual(['x', 'y'])
})

it('skips what it cannot read', async () => {
  await redis.hset(
    KEYS.formerNames.key,
    'changes',
    '1',
    'x',
    '{',
    'y',
    '{"place":1,"at":1,"called":[]}',
  )
  const a = plane()
  expect(await a.refresh()).toBe(false)
  expect([...a.all()]).toEqual([])
})

it('hands on what left the lists, which is no news for those that are there', async () => {
  const [a, b] = [plane(), plane()]
  a.put([{ ...record('x', 1), isGone: true }])
  await a.refresh()
  expect(await b.refresh()).toBe(false)
  expect([...b.all()]).toEqual([{ ...record('x', 1), isGone: true }])
  a.put([record('x', 2)])
  await a.refresh()
  expect(await b.refresh()).toBe(true)
})

/** As many as take a while to be sent. */
const MOST = 2000

it('lets those that left the lists make room first, without a word', () => {
  const a = plane(MOST)
  const before = told.length
  a.put([record('kept', 0), { ...record('gone', 1), isGone: true }])
  a.put(Array.from({ length: MOST - 1 }, (_, n) => record(`b${n}`, n + 2)))
  const kept = new Set([...a.all()].map(({ address }) => address))
  expect([kept.size, kept.has('kept'), kept.has('gone')]).toEqual([MOST, true, false])
  expect(told).toHaveLength(before)
})

it('tells where the oldest make room', () => {
  const a = plane(MOST)
  a.put(Array.from({ length: MOST + 2 }, (_, n) => record(`a${n}`, n)))
  expect([...a.all()]).toHaveLength(MOST)
  expect(told.at(-1)).toMatch(/^2 channels that lists named anew/)
})

it('holds what a list of many entries renamed, over a restart', async () => {
  const a = plane()
  const before = told.length
  const all = Array.from({ length: 45_000 }, (_, n) => record(`many${n}`, n))
  a.put(all)
  const late = plane()
  const held = () => [...late.all()].filter(({ address }) => address.startsWith('many'))
  await until('all are sent and read', async () => {
    await a.refresh()
    await late.refresh()
    return held().length === all.length
  })
  expect(told).toHaveLength(before)
})
