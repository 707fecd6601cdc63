import { Redis } from 'ioredis'
import { createHistorian } from '../../../control/events/historian.ts'
import { openStore } from '../../../control/store/store.ts'

/** A historian as a process of its own, to be killed: `historian-child.ts REDIS_URL STORE_URL`. */
const [redisUrl = '', url = ''] = process.argv.slice(2)
const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: false })
redis.on('error', () => undefined)
await new Promise((resolve) => redis.once('ready', resolve))
const store = await openStore({ url })
const historian = createHistorian({
  redis,
  store,
  batch: 40,
  idleMs: 20,
  lingerMs: 20,
  holdMs: 500,
  claimAfterMs: 200,
})
process.on('SIGTERM', async () => {
  await historian.stop()
  await store.close()
  redis.disconnect()
})
process.stdout.write('ready\n')
