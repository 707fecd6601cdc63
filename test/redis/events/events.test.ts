import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createArrivals, createKnownEvents } from '../../../control/events/arrivals.ts'
import { consume } from '../../../control/events/consume.ts'
import { deadLetterKey, shardOf, streamKey } from '../../../control/events/keys.ts'
import type { PlayEvent } from '../../../control/events/play-event.ts'
import { createPublisher, publishEvents } from '../../../control/events/publisher.ts'
import { countPending, trimStreams } from '../../../control/events/trim-streams.ts'
import { until } from '../../support/programs/port.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { connect, sampleEvent, sampleTraffic } from './event-samples.ts'

let server: TestRedis
let redis: Redis
beforeAll(async () => {
  server = await startRedis()
  redis = await connect(server.url)
})
beforeEach(() => redis.flushall())
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

const reader = (handler: (events: readonly PlayEvent[]) => Promise<void>, consumer = 'one') =>
  consume({ redis, group: 'g', consumer, handler, idleMs: 10, claimAfterMs: 100 })

const collector = () => {
  const seen: PlayEvent[] = []
  return { seen, handler: async (events: readonly PlayEvent[]) => void seen.push(...events) }
}

test('every event arrives, those of one account in order', async () => {
  const events = sampleTraffic(300)
  await publishEvents(redis, events)
  const { seen, handler } = collector()
  const consumer = reader(handler)
  await until('all events', () => seen.length === events.length)
  await consumer.stop()
  for (const account of new Set(events.map((event) => event.account))) {
    const ofAccount = (event: PlayEvent) => event.account === account
    expect(seen.filter(ofAccount)).toEqual(events.filter(ofAccount))
  }
  expect(await countPending(redis, 'g')).toBe(0)
  expect(new Set(events.map((event) => shardOf(event.account))).size).toBe(4)
})

test('who looks rarely is woken by what this process publishes', async () => {
  const arrivals = createArrivals()
  const { seen, handler } = collector()
  const options = { redis, group: 'g', consumer: 'one', handler, arrivals, idleMs: 3_600_000 }
  const consumer = consume(options)
  const publisher = createPublisher({ redis, arrivals })
  for (let count = 1; count <= 5; count += 1) {
    publisher.publish([sampleEvent()])
    await until('the event', () => seen.length === count)
  }
  await publisher.close()
  await consumer.stop()
  expect(await countPending(redis, 'g')).toBe(0)
})

test('what this process wrote itself reaches its readers as it was written; what is no event does not', async () => {
  const known = createKnownEvents()
  const { seen, handler } = collector()
  const publisher = createPublisher({ redis, known })
  const events = ['a', 'b'].map((id) => sampleEvent({ id }))
  publisher.publish([...events, sampleEvent({ id: 'junk', title: 'x'.repeat(2000) })])
  await publisher.flush()
  await publishEvents(redis, [sampleEvent({ id: 'of another' })])
  const consumer = consume({ redis, group: 'g', consumer: 'one', handler, known, idleMs: 10 })
  await until('all', () => seen.length === 3)
  await publisher.close()
  await consumer.stop()
  expect(seen[0]).toBe(events[0])
  expect(seen[1]).toBe(events[1])
  expect(seen[2]).toEqual(sampleEvent({ id: 'of another' }))
  expect(consumer.stats()).toMatchObject({ handled: 3, deadLettered: 1 })
})

test('only the newest are known, and none once Redis has lost its data', () => {
  const known = createKnownEvents(10)
  for (let n = 0; n < 25; n += 1) known.add('k', `${n}`, sampleEvent({ id: `e${n}` }))
  expect(known.find('k', '24')?.id).toBe('e24')
  expect(known.find('k', '16')?.id).toBe('e16')
  expect(known.find('k', '9')).toBeUndefined()
  expect(known.find('other', '24')).toBeUndefined()
  known.clear()
  expect(known.find('k', '24')).toBeUndefined()
})

test('junk goes to the dead letters and what follows it is read', async () => {
  const key = streamKey(shardOf('own:ann'))
  const junk = [
    '{',
    '{"type":"closed"}',
    '[]',
    '{"type":"closed","at":-1,"id":"","source":"s","account":"a"}',
  ]
  for (const body of junk) await redis.xadd(key, '*', 'e', body)
  await redis.xadd(key, '*', 'other', 'field')
  await publishEvents(redis, [sampleEvent()])
  const { seen, handler } = collector()
  const consumer = reader(handler)
  await until('the event', () => seen.length === 1)
  await consumer.stop()
  expect(consumer.stats()).toMatchObject({ handled: 1, deadLettered: 5, failures: 0 })
  const dead = await redis.xrange(deadLetterKey(shardOf('own:ann')), '-', '+')
  expect(dead.map(([, fields]) => fields[1])).toEqual([...junk, ''])
})

test('an event the handler can never take is put aside after three tries; its neighbours are handled', async () => {
  const ids = ['a', 'poison', 'b']
  await publishEvents(
    redis,
    ids.map((id) => sampleEvent({ id })),
  )
  const handled: string[] = []
  const consumer = reader(async (events) => {
    if (events.some(({ id }) => id === 'poison')) throw new Error('cannot')
    handled.push(...events.map(({ id }) => id))
  })
  await until('the dead letter', () => consumer.stats().deadLettered === 1)
  await until('the end', async () => (await countPending(redis, 'g')) === 0)
  await consumer.stop()
  expect(handled).toEqual(['a', 'b'])
})

test('what fails for a while comes again until it works', async () => {
  await publishEvents(redis, [sampleEvent()])
  let tries = 0
  const consumer = consume({
    redis,
    group: 'g',
    consumer: 'one',
    idleMs: 10,
    isTransient: () => true,
    async handler() {
      tries += 1
      if (tries < 5) throw new Error('not yet')
    },
  })
  await until('success', () => consumer.stats().handled === 1)
  await consumer.stop()
  expect(consumer.stats()).toMatchObject({ failures: 4, deadLettered: 0, isFailing: false })
})

test('what a dead consumer was given is taken over', async () => {
  await publishEvents(redis, [sampleEvent({ id: 'orphan' })])
  const key = streamKey(shardOf('own:ann'))
  await redis.xgroup('CREATE', key, 'g', '0', 'MKSTREAM')
  await redis.xreadgroup('GROUP', 'g', 'dead', 'COUNT', 10, 'STREAMS', key, '>')
  const { seen, handler } = collector()
  const consumer = reader(handler, 'alive')
  await until('the orphan', () => seen.length === 1)
  await consumer.stop()
  expect(seen[0]?.id).toBe('orphan')
  expect(await countPending(redis, 'g')).toBe(0)
})

test('two groups read everything each; trimming waits for the slower', async () => {
  const events = sampleTraffic(50)
  await publishEvents(redis, events)
  const total = async () => {
    const lengths = [0, 1, 2, 3].map((shard) => redis.xlen(streamKey(shard)))
    return (await Promise.all(lengths)).reduce((sum, length) => sum + length, 0)
  }
  const fast = collector()
  const first = reader(fast.handler)
  await until('the fast group', () => fast.seen.length === events.length)
  for (const shard of [0, 1, 2, 3]) {
    await redis.xgroup('CREATE', streamKey(shard), 'slow', '0')
  }
  await trimStreams(redis)
  expect(await total()).toBe(events.length)
  const slow = collector()
  const second = consume({ redis, group: 'slow', consumer: 'x', handler: slow.handler, idleMs: 10 })
  await until('the slow group', () => slow.seen.length === events.length)
  await until('its receipts', async () => (await countPending(redis, 'slow')) === 0)
  await Promise.all([first.stop(), second.stop()])
  // A trim goes by whole nodes of a stream, so that short ones may stay; long ones must not.
  await publishEvents(redis, sampleTraffic(200))
  await trimStreams(redis)
  expect(await total()).toBeLessThanOrEqual(1000)
  expect(fast.seen).toHaveLength(200)
})

test('consumers long gone are forgotten, unless they hold entries', async () => {
  await publishEvents(redis, [sampleEvent()])
  const key = streamKey(shardOf('own:ann'))
  await redis.xgroup('CREATE', key, 'g', '0')
  await redis.xreadgroup('GROUP', 'g', 'holds', 'COUNT', 10, 'STREAMS', key, '>')
  await redis.xgroup('CREATECONSUMER', key, 'g', 'empty')
  const names = async () => {
    const consumers = await redis.call('XINFO', 'CONSUMERS', key, 'g')
    return JSON.stringify(consumers)
  }
  await trimStreams(redis)
  expect(await names()).toContain('empty')
  await until('the one to be forgotten', async () => {
    await trimStreams(redis, 5)
    return !(await names()).includes('empty')
  })
  expect(await names()).toContain('holds')
})

test('Redis without its data: groups are made anew and reading goes on', async () => {
  const { seen, handler } = collector()
  const consumer = reader(handler)
  await publishEvents(redis, [sampleEvent({ id: 'before' })])
  await until('the first', () => seen.length === 1)
  await redis.flushall()
  await publishEvents(redis, [sampleEvent({ id: 'after' })])
  await until('the second', () => seen.length === 2)
  await consumer.stop()
  expect(seen.map(({ id }) => id)).toEqual(['before', 'after'])
})

test('a publisher keeps events while Redis is away, drops the oldest beyond its bound, and says so', async () => {
  const other = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  const client = await connect(other.url)
  const publisher = createPublisher({ redis: client, maxBuffered: 100, retryMs: 20 })
  publisher.publish([sampleEvent({ id: 'first' })])
  await publisher.flush()
  expect(publisher.stats()).toMatchObject({ published: 1, buffered: 0 })
  await other.kill9()
  for (let n = 0; n < 130; n += 1) publisher.publish([sampleEvent({ id: `n${n}` })])
  await publisher.flush()
  expect(publisher.stats()).toMatchObject({ buffered: 100, dropped: 30, isFailing: true })
  await other.restart()
  await until('the rest', () => publisher.stats().buffered === 0)
  await publisher.close()
  expect(publisher.stats()).toMatchObject({ dropped: 30, isFailing: false })
  const entries = await client.xrange(streamKey(shardOf('own:ann')), '-', '+')
  const ids = entries.map(([, fields]) => JSON.parse(fields[1] ?? '{}').id)
  expect(ids.at(0)).toBe('first')
  expect([...new Set(ids)].slice(1)).toEqual(Array.from({ length: 100 }, (_, n) => `n${n + 30}`))
  client.disconnect()
  await other.stop()
})

test('a stream never grows far beyond its bound', async () => {
  const events = Array.from({ length: 2000 }, (_, n) => sampleEvent({ id: `e${n}` }))
  await publishEvents(redis, events, 500)
  expect(await redis.xlen(streamKey(shardOf('own:ann')))).toBeLessThan(800)
})

test('what nobody had read when Redis lost its data is written once more', async () => {
  const events = sampleTraffic(40)
  const publisher = createPublisher({ redis })
  publisher.publish(events)
  await publisher.flush()
  await redis.flushall()
  publisher.repeat()
  publisher.repeat()
  await publisher.flush()
  const { seen, handler } = collector()
  const consumer = reader(handler)
  await until('the events', async () => seen.length > 0 && (await countPending(redis, 'g')) === 0)
  await consumer.stop()
  await publisher.close()
  expect(new Set(seen.map(({ id }) => id))).toEqual(new Set(events.map(({ id }) => id)))
})
