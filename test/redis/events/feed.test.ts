import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createLiveFeed, type FeedEntry } from '../../../control/events/feed/live-feed.ts'
import { newsKey } from '../../../control/events/keys.ts'
import { publishEvents } from '../../../control/events/publisher.ts'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { connect, sampleEvent } from './event-samples.ts'

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

const feedOf = (options: { readonly lingerMs?: number } = {}) =>
  createLiveFeed({ redis, everyMs: 10, ...options })

const watch = (feed: ReturnType<typeof feedOf>, lastId: string | null = null) => {
  const seen: FeedEntry[] = []
  return { seen, ...feed.follow(lastId, (entry) => void seen.push(entry)) }
}

const importNews = (importId: string) => ({ at: 1, account: null, importId })
const importsOf = (seen: readonly FeedEntry[]) =>
  seen.flatMap(({ data }) => ('importId' in data ? [data.importId] : []))

test('who watches one control plane hears of imports that another runs, each once', async () => {
  const [here, there] = [feedOf(), feedOf()]
  const [near, far] = [watch(here), watch(there)]
  await pause(100)
  for (const id of ['a', 'b', 'c']) here.tell('import.progress', importNews(id))
  await until('the news at the other', () => far.seen.length >= 3)
  await pause(50)
  expect([importsOf(near.seen), importsOf(far.seen)]).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ])
  here.stop()
  there.stop()
})

test('an entry that is no news is passed over', async () => {
  const feed = feedOf()
  const { seen } = watch(feed)
  await pause(50)
  for (const body of ['{', '{"event":"import.progress"}', '[]'])
    await redis.xadd(newsKey, '*', 'e', body)
  await publishEvents(redis, [sampleEvent()])
  await until('the play', () => seen.length > 0)
  expect(seen.map(({ event }) => event)).not.toContain('import.progress')
  feed.stop()
})

test('while Redis is away, those who watch the same control plane hear of it', () => {
  const onFailure = vi.fn()
  const away = { call: () => Promise.reject(new Error('away')) }
  const feed = createLiveFeed({ redis: away, everyMs: 10, onFailure })
  const { seen } = watch(feed)
  feed.tell('import.progress', importNews('a'))
  expect(importsOf(seen)).toEqual(['a'])
  feed.stop()
})

test('who comes back misses nothing, and is told where that cannot be', async () => {
  const feed = feedOf({ lingerMs: 100 })
  const first = watch(feed)
  await pause(50)
  await publishEvents(redis, [sampleEvent()])
  await until('the first', () => first.seen.length === 1)
  first.stop()
  await publishEvents(redis, [sampleEvent()])
  await pause(50)
  const second = watch(feed, first.seen[0]?.id ?? '')
  expect([second.isWhole, second.seen.length]).toEqual([true, 1])
  second.stop()
  // Nobody watches for longer than the streams are read on: what happens then is not read.
  await pause(200)
  await publishEvents(redis, [sampleEvent()])
  const late = watch(feed, second.seen[0]?.id ?? '')
  expect(late.isWhole).toBe(false)
  feed.stop()
})
