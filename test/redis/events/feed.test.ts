import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createAnnouncer } from '../../../control/events/feed/announcer.ts'
import { createLiveFeed, type FeedEntry } from '../../../control/events/feed/live-feed.ts'
import { newsKey } from '../../../control/events/keys.ts'
import { publishEvents } from '../../../control/events/publisher.ts'
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

/** Watches a feed; done when nothing that happens from then on is missed. */
const watch = async (feed: ReturnType<typeof feedOf>, lastId: string | null = null) => {
  const seen: FeedEntry[] = []
  const following = feed.follow(lastId, (entry) => void seen.push(entry))
  await following.begun
  return { seen, ...following }
}

const importNews = (importId: string) => ({
  event: 'import.progress' as const,
  data: { at: 1, account: null, importId },
})
const importsOf = (seen: readonly FeedEntry[]) =>
  seen.flatMap(({ data }) => ('importId' in data ? [data.importId] : []))

test('who watches one control plane hears of imports that another runs, each once', async () => {
  const [here, there] = [feedOf(), feedOf()]
  const [near, far] = [await watch(here), await watch(there)]
  for (const id of ['a', 'b', 'c']) here.tell(importNews(id))
  await until('the news at the other', () => far.seen.length >= 3)
  // It comes after those in the stream: by then they would have come twice.
  there.tell(importNews('d'))
  await until('the last news', () => importsOf(near.seen).includes('d'))
  expect([importsOf(near.seen), importsOf(far.seen)]).toEqual([
    ['a', 'b', 'c', 'd'],
    ['a', 'b', 'c', 'd'],
  ])
  here.stop()
  there.stop()
})

test('an entry that is no news is passed over', async () => {
  const feed = feedOf()
  const { seen } = await watch(feed)
  for (const body of ['{', '{"event":"import.progress"}', '[]'])
    await redis.xadd(newsKey, '*', 'e', body)
  await publishEvents(redis, [sampleEvent()])
  await until('the play', () => seen.length > 0)
  expect(seen.map(({ event }) => event)).not.toContain('import.progress')
  feed.stop()
})

test('while Redis is away, those who watch the same control plane hear of it', async () => {
  const onFailure = vi.fn()
  const away = { call: () => Promise.reject(new Error('away')) }
  const feed = createLiveFeed({ redis: away, everyMs: 10, onFailure })
  const { seen } = await watch(feed)
  feed.tell(importNews('a'))
  expect(importsOf(seen)).toEqual(['a'])
  feed.stop()
})

test('who comes back misses nothing', async () => {
  const feed = feedOf()
  const first = await watch(feed)
  await publishEvents(redis, [sampleEvent()])
  await until('the first', () => first.seen.length === 1)
  first.stop()
  await publishEvents(redis, [sampleEvent()])
  const second = await watch(feed, first.seen[0]?.id ?? '')
  await until('the second', () => second.seen.length === 1)
  expect(second.isWhole).toBe(true)
  second.stop()
  const third = await watch(feed, first.seen[0]?.id ?? '')
  expect([third.isWhole, third.seen]).toEqual([true, second.seen])
  feed.stop()
})

test('who comes back when the streams were not read meanwhile is told so', async () => {
  const feed = feedOf({ lingerMs: 0 })
  const first = await watch(feed)
  await publishEvents(redis, [sampleEvent()])
  await until('the first', () => first.seen.length === 1)
  first.stop()
  await until('a break', () => {
    const late = feed.follow(first.seen[0]?.id ?? '', () => undefined)
    late.stop()
    return !late.isWhole
  })
  feed.stop()
})

test('of many changes each kind is told once, and that plays were written by its name', async () => {
  const feed = feedOf()
  const { seen } = await watch(feed)
  const announce = createAnnouncer(feed, () => 7)
  for (const what of ['account', 'history', 'account', 'account', 'rule']) announce(what)
  await until('the last of them', () => seen.length >= 3)
  announce('account')
  await until('another', () => seen.length >= 4)
  const told = seen.map(({ event, data }) => ('what' in data ? `${event} ${data.what}` : event))
  expect(told).toEqual(['changed account', 'history.written', 'changed rule', 'changed account'])
  feed.stop()
})
