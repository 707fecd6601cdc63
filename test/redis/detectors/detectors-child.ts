import { Redis } from 'ioredis'
import { openStore } from '../../../control/store/store.ts'
import { runDetectors } from './detectors-run.ts'
import { RULES } from './detectors-samples.ts'

/** Detectors as a process of their own, to be killed: `detectors-child.ts REDIS_URL STORE_URL`. */
const [redisUrl = '', url = ''] = process.argv.slice(2)
const redis = new Redis(redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: false })
redis.on('error', () => undefined)
await new Promise((resolve) => redis.once('ready', resolve))
const store = await openStore({ url })
const detectors = await runDetectors({ redis, store, rules: RULES, batch: 20 })
process.on('SIGTERM', async () => {
  await detectors.stop()
  await store.close()
  redis.disconnect()
})
process.stdout.write('ready\n')
