import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Decision } from '../../../control/access/authorize/decision.ts'
import { createMemoryDecisionStore } from '../../../control/access/authorize/decision-store.ts'
import { createRedisDecisionStore } from '../../../control/access/authorize/decision-store-redis.ts'
import type { LiveAuth } from '../../../control/access/revalidate/live-auth.ts'
import { createRedisLiveAuth } from '../../../control/access/revalidate/live-auth-redis.ts'
import { KEYS } from '../../../control/sessions/model/keys.ts'
import { type BackendServer, httpBackend } from '../../control/access/authorize/backend-server.ts'
import { authorizer, opening } from '../../control/access/authorize/setting.ts'
import { pause } from '../../support/pause.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { connect } from '../events/event-samples.ts'

let server: TestRedis
let redis: Redis
const running: { close(): Promise<void> }[] = []
const keys = { decision: KEYS.decision, claim: KEYS.flight, forgotten: KEYS.forgotten }
const liveKeys = {
  live: KEYS.authLive,
  due: KEYS.authDue,
  channel: KEYS.authChannel,
  hold: KEYS.authHold,
}

beforeAll(async () => {
  server = await startRedis()
  redis = await connect(server.url)
})
beforeEach(async () => {
  await redis.flushall()
})
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})
afterAll(async () => {
  redis.disconnect()
  await server.stop()
})

const store = (client: Redis = redis) =>
  createRedisDecisionStore(
    client,
    keys,
    createMemoryDecisionStore(() => 1_000_000),
  )

const planes = (backend: BackendServer, count: number) =>
  Array.from({ length: count }, () => {
    const made = authorizer({ urls: [backend.url] }, store())
    running.push(made.client)
    return made
  })

describe('decisions in Redis', () => {
  it('are asked for once, however many control planes hear the same opening', async () => {
    const backend = await httpBackend((_query, response) => {
      setTimeout(() => response.writeHead(200, { 'X-UserId': 'u' }).end(), 100)
    })
    running.push(backend)
    const three = planes(backend, 3)
    const answers = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => await three[i % 3]?.authorize(opening)),
    )
    expect(new Set(answers.map((decision) => decision?.account))).toEqual(
      new Set(['backend:main:u']),
    )
    expect(backend.seen.length).toBe(1)
  })

  it('serve every other control plane, until forgotten', async () => {
    const backend = await httpBackend((_query, response) => {
      response.writeHead(403).end()
    })
    running.push(backend)
    const [one, other] = planes(backend, 2)
    await one?.authorize(opening)
    expect(await other?.authorize(opening)).toMatchObject({ reason: 'backend.deny', denySec: 30 })
    expect(backend.seen.length).toBe(1)
    await other?.store.forget('ort', 1_000_000)
    await one?.authorize(opening)
    expect(backend.seen.length).toBe(2)
  })

  it('expire by their own clock and hold neither token nor trace', async () => {
    const backend = await httpBackend((_query, response) => {
      response.writeHead(403, { 'X-AuthDuration': '77' }).end()
    })
    running.push(backend)
    await planes(backend, 1)[0]?.authorize({ ...opening, token: 's3cret-token', qs: 's3cret-qs' })
    const names = await redis.keys('*')
    expect(names.map((name) => name.split(':').slice(0, 2).join(':'))).toEqual(['gh:dec'])
    const [name = ''] = names
    expect(await redis.ttl(name)).toBeGreaterThan(70)
    expect(`${name} ${await redis.get(name)}`).not.toMatch(/s3cret|"trace":\[\{/)
  })

  it('go on in this process alone while Redis is away', async () => {
    const backend = await httpBackend((_query, response) => {
      response.writeHead(200).end()
    })
    running.push(backend)
    const gone = await connect(server.url)
    gone.disconnect()
    const made = authorizer({ urls: [backend.url] }, store(gone))
    running.push(made.client)
    const verdicts = await Promise.all([1, 2, 3].map(() => made.authorize(opening)))
    expect(verdicts.map(({ verdict }) => verdict)).toEqual(['allow', 'allow', 'allow'])
    await made.authorize(opening)
    expect(backend.seen.length).toBe(1)
  })

  it('are asked again where what Redis holds cannot be read', async () => {
    await redis.set(KEYS.decision('k'), '{broken')
    expect(await store().get('k', 'ort')).toBeNull()
  })
})

const decision: Decision = {
  verdict: 'allow',
  reason: 'backend.allow',
  rule: null,
  backend: null,
  account: null,
  maxSessions: null,
  unique: false,
  authDurationSec: 180,
  denySec: 0,
  location: null,
  trace: [],
}

const live = (sessionId: string, dueAt: number, channel = 'ort'): LiveAuth => ({
  request: { ...opening, sessionId, channel },
  decision,
  openedAt: 0,
  updates: 0,
  dueAt,
})

describe('running sessions in Redis', () => {
  const ids = (taken: readonly LiveAuth[]) => taken.map(({ request }) => request.sessionId).sort()

  it('are taken when due, each by one control plane only', async () => {
    const stores = [1, 2, 3, 4].map(() => createRedisLiveAuth(redis, liveKeys))
    for (let i = 0; i < 100; i += 1) await stores[0]?.put(live(`s${i}`, i < 80 ? 100 : 9_000))
    const taken = await Promise.all(stores.map((one) => one.claimDue(5_000, 100, 30_000)))
    const all = taken.flatMap((some) => ids(some))
    expect(all.length).toBe(80)
    expect(new Set(all).size).toBe(80)
    expect(await stores[0]?.claimDue(5_000, 100, 30_000)).toEqual([])
  })

  it('come round again after their update, or when a hold has run out', async () => {
    const one = createRedisLiveAuth(redis, liveKeys)
    await one.put(live('kept', 100))
    await one.put(live('dropped', 100))
    expect(ids(await one.claimDue(200, 10, 50))).toEqual(['dropped', 'kept'])
    await one.put({ ...live('kept', 400), updates: 1 })
    await pause(80)
    expect(ids(await one.claimDue(500, 10, 50))).toEqual(['dropped', 'kept'])
    expect((await one.get('kept'))?.updates).toBe(1)
  })

  it('are known until their update, however many days away', async () => {
    const one = createRedisLiveAuth(redis, liveKeys)
    const base = live('long', 9_000)
    const days = 30 * 86_400
    await one.put({ ...base, decision: { ...base.decision, authDurationSec: days } })
    for (const key of [liveKeys.live('long'), liveKeys.channel(base.request.channel)])
      expect(await redis.pttl(key)).toBeGreaterThan(days * 1000)
  })

  it('leave nothing behind', async () => {
    const one = createRedisLiveAuth(redis, liveKeys)
    await one.put(live('a', 100))
    await one.remove('a')
    await one.remove('never-there')
    expect(await redis.keys('*')).toEqual([])
  })

  it('are due at once on demand, by channel or all, and only those that run', async () => {
    const one = createRedisLiveAuth(redis, liveKeys)
    await one.put(live('a', 9_000, 'ort'))
    await one.put(live('b', 9_000, 'ntv'))
    await one.put(live('gone', 9_000, 'ort'))
    await one.remove('gone')
    expect(await one.makeDue('ort', 10)).toBe(1)
    expect(ids(await one.claimDue(10, 10, 30_000))).toEqual(['a'])
    await one.put(live('a', 9_000, 'ort'))
    expect(await one.makeDue(null, 20)).toBe(2)
    expect(ids(await one.claimDue(20, 10, 30_000))).toEqual(['a', 'b'])
  })
})
