import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMemoryIndex } from '../../../control/sessions/memory/session-index.ts'
import { createCappedStore } from '../../../control/sessions/model/capped-store.ts'
import {
  createRedis,
  type RedisClient,
  waitForRedis,
} from '../../../control/sessions/redis/client.ts'
import { createRedisEngine } from '../../../control/sessions/redis/engine.ts'
import { scriptRunner } from '../../../control/sessions/redis/scripts.ts'
import { judgeStory } from '../../control/sessions/trace-judge.ts'
import { playTrace, type Trace } from '../../control/sessions/trace-player.ts'
import {
  MODES,
  playedSome,
  readTraces,
  runTrace,
  underMode,
} from '../../control/sessions/trace-run.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'

let server: TestRedis
let redis: RedisClient
beforeAll(async () => {
  server = await startRedis()
  redis = createRedis({ urls: [server.url] })
  await waitForRedis(redis, 5_000)
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

const folder = join(import.meta.dirname, '../../vectors/sessions')
const traces = readdirSync(folder).map((file) => {
  const trace: Trace = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  return { file, trace }
})

test.each(traces)('$trace.title [$file]', async ({ file, trace }) => {
  const clock = { now: 1_760_000_000_000 }
  const store = createCappedStore({
    engine: createRedisEngine({ redis, run: scriptRunner(redis), now: () => clock.now }),
    index: createMemoryIndex(),
    now: () => clock.now,
    wait: async () => {},
    onEffects: () => {},
  })
  const story = await playTrace(trace, store, clock, `own:${file}`)
  expect(playedSome(story)).toBe(true)
  expect(judgeStory(trace, story)).toEqual([])
})

/** A mirror's twenty minutes are judged above. */
const SHORT_SEC = 400
const short = readTraces().filter(({ trace }) => trace.untilSec <= SHORT_SEC)

test.each(short.flatMap((one) => MODES.map((mode) => ({ ...one, mode }))))(
  '$file under $mode is in Redis what it is in memory',
  async ({ file, trace, mode }) => {
    const played = underMode(trace, mode)
    const account = `own:${mode}/${file}`
    const inRedis = await runTrace(played, account, (now) =>
      createRedisEngine({ redis, run: scriptRunner(redis), now }),
    )
    expect(inRedis).toEqual(await runTrace(played, account))
  },
)
