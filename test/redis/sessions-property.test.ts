import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  checkSession,
  endSessions,
  newAccountState,
  newEffects,
  openSession,
  renewSessions,
} from '#domain/limits'
import { type AccountState, type Claim, DEFAULT_LIMITS, type Limits } from '#domain/limits-types'
import { accountTag, KEYS } from '../../control/sessions/keys.ts'
import { createRedis, type RedisClient, waitForRedis } from '../../control/sessions/redis-client.ts'
import { createRedisEngine } from '../../control/sessions/redis-engine.ts'
import { scriptRunner } from '../../control/sessions/scripts.ts'
import { startRedis, type TestRedis } from '../support/redis.ts'

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

const START = 1_760_000_000_000
const NETS = ['192.0.2.1', '192.0.2.2', '2001:db8::', '198.51.100.7']
const small = (max: number) => fc.integer({ min: 0, max })

const limits: fc.Arbitrary<Limits> = fc.record({
  maxStreams: fc.constantFrom(0, 1, 1, 2, 2, 3),
  maxNetworks: fc.constantFrom(0, 0, 1, 2),
  limitation: fc.constantFrom('soft', 'soft', 'hard'),
  sameChannel: fc.constantFrom('each', 'each', 'once'),
  victim: fc.constantFrom('newest', 'oldest'),
  banMs: fc.constantFrom(20_000, 180_000),
  confirmMs: fc.constantFrom(10_000, 30_000),
  supersedeMs: fc.constantFrom(5_000, 15_000),
  reserveMs: fc.constant(10_000),
  takeoverMs: fc.constant(10_000),
})

const traffic = fc.array(fc.tuple(small(11), small(9_000), small(9)), { maxLength: 3 })

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('open'),
      who: small(3),
      ch: small(3),
      net: small(3),
      req: small(40),
      vod: fc.boolean(),
      waited: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('renew'),
      keys: fc.array(small(11), { maxLength: 5 }),
      all: fc.boolean(),
      traffic,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('check'),
      key: small(11),
      who: small(3),
      ch: small(3),
      net: small(3),
      silent: fc.constantFrom(-1, 2_000, 12_000),
      edge: small(1),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('wait'),
      ms: fc.constantFrom(1, 100, 300, 2_000, 5_000, 10_000, 15_000, 20_000, 31_000, 130_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('end'),
      keys: fc.array(small(11), { minLength: 1, maxLength: 3 }),
      refuseMs: fc.constantFrom(0, 15_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('limits'), limits }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('restart') }) },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

/** Runs one sequence on both and compares every answer, every effect and every state. */
const compare = async (account: string, first: Limits, commands: readonly Command[]) => {
  let now = START
  let current = first
  let state: AccountState = newAccountState(account, first)
  const keys: string[] = []
  const tag = accountTag(account)
  const engine = createRedisEngine({ redis, run: scriptRunner(redis), now: () => now })
  const keyAt = (index: number) => keys.at(-1 - index) ?? `none${index}`
  const claimOf = (who: number, ch: number, net: number): Omit<Claim, 'key' | 'sid' | 'req'> => ({
    ch: `ch${ch}`,
    dev: `dev${who}-${net}`,
    player: `player${who}`,
    net: NETS[net] ?? '',
    dl: who === 0 ? '' : `dl${who}`,
    idle: 30_000,
    edge: 'e0',
    info: '{"a":"é"}',
  })
  const run = async (step: Command) => {
    const fx = newEffects()
    switch (step.op) {
      case 'wait':
        now += step.ms
        return
      case 'limits':
        current = step.limits
        return
      case 'open': {
        const key = `k${String(keys.length).padStart(3, '0')}`
        const claim = {
          ...claimOf(step.who, step.ch, step.net),
          key,
          sid: `sid-${key}`,
          req: `r${step.req}`,
          idle: step.vod ? 120_000 : 30_000,
        }
        const opening = { claim, limits: current, hasWaited: step.waited }
        const answer = openSession(state, opening, now, fx)
        if (answer.outcome === 'admitted') keys.push(key)
        return [await engine.open(account, opening), { answer, effects: fx }]
      }
      case 'check': {
        const key = keyAt(step.key)
        const claim = {
          ...claimOf(step.who, step.ch, step.net),
          key,
          sid: `sid-${key}`,
          req: '',
          edge: `e${step.edge}`,
        }
        const checking = {
          claim,
          limits: current,
          cloneKey: `c${key}${step.net}`,
          silentMs: step.silent,
        }
        const answer = checkSession(state, checking, now, fx)
        if (answer.outcome === 'admitted' && !keys.includes(answer.key)) keys.push(answer.key)
        return [await engine.check(account, checking), { answer, effects: fx }]
      }
      case 'renew': {
        const seen = step.all ? Object.keys(state.slots).sort() : step.keys.map(keyAt)
        const renewal = {
          edge: 'e0',
          seen,
          traffic: step.traffic.map(([k, b, r]) => [keyAt(k), b, r] as const),
          limits: step.all ? null : current,
        }
        const actual = await engine.renew(tag, renewal)
        const existed = Object.keys(state.slots).length + Object.keys(state.refused).length > 0
        if (!existed && actual.answer.unknown.length === seen.length) return
        return [actual, { answer: renewSessions(state, renewal, now, fx), effects: fx }]
      }
      case 'end': {
        const ending = {
          account,
          limits: current,
          keys: step.keys.map(keyAt),
          reason: 'session.ended' as const,
          refuseMs: step.refuseMs,
        }
        const answer = endSessions(state, ending, now, fx)
        return [await engine.end(tag, ending), { answer, effects: fx }]
      }
      default: {
        await redis.del(KEYS.account(tag))
        if (redis.status === 'ready' && 'script' in redis) await redis.script('FLUSH')
        await engine.restore(state)
        renewSessions(state, { edge: '', seen: [], traffic: [], limits: null }, now, fx)
        await engine.renew(tag, { edge: '', seen: [], traffic: [], limits: null })
        return
      }
    }
  }
  for (const step of commands) {
    const pair = await run(step)
    if (pair) expect(pair[0], JSON.stringify(step)).toEqual(pair[1])
    const [stored] = await engine.read([tag])
    if (stored) expect(stored, JSON.stringify(step)).toEqual(state)
    else state = newAccountState(account, current)
  }
  await redis.del(KEYS.account(tag))
}

test('the Lua scripts and the specification do the same, step by step', async () => {
  let round = 0
  await fc.assert(
    fc.asyncProperty(
      limits,
      fc.array(command, { minLength: 5, maxLength: 40 }),
      async (first, commands) => {
        round += 1
        await compare(`own:${round}`, first, commands)
      },
    ),
    {
      numRuns: Number(process.env['GATEHOUSE_PROPERTY_RUNS'] ?? 1500),
      interruptAfterTimeLimit: 100_000,
      markInterruptAsFailure: false,
    },
  )
  expect(round).toBeGreaterThan(100)
}, 115_000)
