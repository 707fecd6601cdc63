import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EventReader } from '../../../control/events/event-reader.ts'
import { createHistorian, HISTORIAN_GROUP } from '../../../control/events/historian.ts'
import { playOfEvent } from '../../../control/events/play-of-event.ts'
import { publishEvents } from '../../../control/events/publisher.ts'
import { countPending } from '../../../control/events/trim-streams.ts'
import { mergePlay } from '../../../control/store/history/merge-plays.ts'
import { StoreError } from '../../../control/store/sql/errors.ts'
import { openStore, type Store } from '../../../control/store/store.ts'
import { tempDir } from '../../support/cleanup.ts'
import { type Child, startChild } from '../../support/programs/child.ts'
import { until } from '../../support/programs/port.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { connect, NOON, sampleEvent, sampleTraffic } from './event-samples.ts'
import { expectHistory } from './expect-history.ts'

const SESSIONS = 1500

let server: TestRedis
let redis: Redis
let folder: { path: string; remove: () => Promise<void> }
let url: string
beforeEach(async () => {
  folder = await tempDir()
  url = join(folder.path, 'history.duckdb')
  server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  redis = await connect(server.url)
})
afterEach(async () => {
  redis.disconnect()
  await server.stop()
  await folder.remove()
})

const startHistorian = async (): Promise<Child> => {
  const program = fileURLToPath(new URL('./historian-child.ts', import.meta.url))
  const child = startChild([process.execPath, '--import', 'tsx', program, server.url, url])
  await until(
    'the historian',
    () => {
      if (child.exitCode() !== null) throw new Error(child.output())
      return child.output().includes('ready')
    },
    90_000,
  )
  return child
}

const waiting = () => countPending(redis, HISTORIAN_GROUP)

test('killed with -9 again and again, the historian writes every play exactly once', async () => {
  const events = sampleTraffic(SESSIONS)
  await publishEvents(redis, events)
  let child = await startHistorian()
  // The last events go out while it is being killed; one told twice changes nothing.
  const rest = sampleTraffic(SESSIONS).slice(-200)
  for (let kills = 0; kills < 4; kills += 1) {
    const target = Math.max(0, (await waiting()) - 1000)
    await until(
      'some progress',
      async () => (await waiting()) <= target || child.exitCode() !== null,
      60_000,
    )
    await child.stop('SIGKILL')
    await publishEvents(redis, rest.splice(0, 50))
    child = await startHistorian()
  }
  await until('the end', async () => (await waiting()) === 0, 60_000)
  await child.stop()
  const store = await openStore({ url })
  await expectHistory(store, events)
  await store.close()
  // Five starts, each of which compiles the historian.
}, 600_000)

const runHere = (store: Store): EventReader =>
  createHistorian({ redis, store, batch: 100, idleMs: 10, lingerMs: 10, claimAfterMs: 200 })

test('Redis killed and restarted on its data: nothing is lost', async () => {
  const store = await openStore({ url })
  const events = sampleTraffic(SESSIONS)
  await publishEvents(redis, events)
  const historian = runHere(store)
  await until('a part', () => historian.stats().handled > 500)
  await server.kill9()
  await server.restart()
  await until('the connection', () => redis.status === 'ready')
  await until('the end', async () => (await waiting().catch(() => 1)) === 0, 60_000)
  await historian.stop()
  await expectHistory(store, events)
  await store.close()
})

test('SQL away: events wait in the stream and are written when it is back', async () => {
  const store = await openStore({ url })
  let isAway = true
  const upsertPlays: Store['history']['upsertPlays'] = (records) =>
    isAway
      ? Promise.reject(new StoreError('store.unavailable', 'away'))
      : store.history.upsertPlays(records)
  const failures: unknown[] = []
  const historian = createHistorian({
    redis,
    store: { downloads: store.downloads, history: { upsertPlays } },
    idleMs: 10,
    lingerMs: 10,
    onFailure: (error) => failures.push(error),
  })
  const events = sampleTraffic(200)
  await publishEvents(redis, events)
  await until('several tries', () => failures.length >= 8)
  expect(historian.stats()).toMatchObject({ handled: 0, isFailing: true, deadLettered: 0 })
  expect(await historian.waiting()).toBe(events.length)
  isAway = false
  await until('the end', async () => (await historian.waiting()) === 0, 60_000)
  await historian.stop()
  await expectHistory(store, events)
  await store.close()
})

test('a download is recorded at its first use and is no play; places are filled in', async () => {
  const store = await openStore({ url })
  const place = {
    country: 'FR',
    region: null,
    city: 'Lyon',
    latitude: 45.7,
    longitude: 4.8,
    accuracyKm: 25,
  }
  const historian = createHistorian({ redis, store, idleMs: 10, locate: () => place })
  const use = sampleEvent({
    type: 'download',
    id: 'd1',
    group: 'home',
    wonBy: 'country',
    client: 'VLC',
  })
  await publishEvents(redis, [use, { ...use, at: NOON + 1 }, sampleEvent({ id: 'located' })])
  await until('all', () => historian.stats().handled === 3)
  await historian.stop()
  expect(await store.downloads.get('d1')).toMatchObject({
    wonBy: 'country',
    firstUsedAt: NOON,
    userAgent: 'VLC',
  })
  expect(await store.history.play('edge:one', 'located')).toMatchObject(place)
  expect(await store.history.play('edge:one', 'd1')).toBeNull()
  await store.close()
})

test('merging is what the order of arrival cannot change', () => {
  const tellings = sampleTraffic(1).map((event) => playOfEvent(event))
  const reference = tellings.reduce(mergePlay)
  expect(tellings.toReversed().reduce(mergePlay)).toEqual(reference)
})
