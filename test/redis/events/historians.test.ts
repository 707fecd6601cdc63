import { expect, test } from 'vitest'
import { createHistorian, HISTORIAN_GROUP } from '../../../control/events/historian.ts'
import { publishEvents } from '../../../control/events/publisher.ts'
import { countPending } from '../../../control/events/trim-streams.ts'
import { openStore } from '../../../control/store/store.ts'
import { useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startPostgres } from '../../support/programs/postgres.ts'
import { startRedis } from '../../support/programs/redis.ts'
import { connect, sampleTraffic } from './event-samples.ts'
import { expectHistory } from './expect-history.ts'

const onCleanup = useCleanup()

test('two control planes on one PostgreSQL: work is shared, one of them dies, all is written once', async () => {
  const server = await startRedis()
  onCleanup(server.stop)
  const postgres = await startPostgres()
  onCleanup(postgres.stop)
  const events = sampleTraffic(1500)
  const pair = await Promise.all(
    ['one', 'two'].map(async (consumer) => {
      const redis = await connect(server.url)
      onCleanup(() => redis.disconnect())
      const store = await openStore({ url: postgres.url })
      onCleanup(() => store.close())
      const options = { batch: 50, idleMs: 10, lingerMs: 10, claimAfterMs: 300 }
      return { redis, store, historian: createHistorian({ redis, store, consumer, ...options }) }
    }),
  )
  const [first, second] = pair
  if (first === undefined || second === undefined) throw new Error('two were asked for')
  const { redis } = second
  await publishEvents(redis, events.slice(0, 4000))
  await until('both have worked', () =>
    pair.every(({ historian }) => historian.stats().handled > 300),
  )
  // The first vanishes with entries in hand: its connection is cut before it can acknowledge them.
  first.redis.disconnect()
  await publishEvents(redis, [...events.slice(4000), ...events.slice(3000, 3500)])
  await until('the end', async () => (await countPending(redis, HISTORIAN_GROUP)) === 0, 60_000)
  await Promise.all([first.historian.stop(), second.historian.stop()])
  await expectHistory(second.store, events)
  expect(second.historian.stats()).toMatchObject({ deadLettered: 0, lost: 0 })
})
