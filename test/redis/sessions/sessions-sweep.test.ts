import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '#domain/limits/types'
import { createMemoryEngine } from '../../../control/sessions/memory/engine.ts'
import type { CapEngine } from '../../../control/sessions/model/cap-engine.ts'
import { accountTag, KEYS, shardOf } from '../../../control/sessions/model/keys.ts'
import { type IndexEntry, memberOf } from '../../../control/sessions/model/session-index.ts'
import { createRedis, waitForRedis } from '../../../control/sessions/redis/client.ts'
import { createRedisEngine } from '../../../control/sessions/redis/engine.ts'
import { createSetMemory, noteOrder } from '../../../control/sessions/redis/put-sessions.ts'
import { scriptRunner } from '../../../control/sessions/redis/scripts.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'

let server: TestRedis
beforeAll(async () => void (server = await startRedis()))
afterAll(async () => await server.stop())

const clock = { now: 1_760_000_000_000 }
const ACCOUNTS = 120
const accounts = Array.from({ length: ACCOUNTS }, (_, at) => `own:${at}`)
const tags = [...accounts.map(accountTag), accountTag('own:nobody')]

const entryOf = (account: string): IndexEntry => ({
  tag: accountTag(account),
  key: `key-${account}`,
  sid: `sid-${account}`,
  channel: 'one',
  network: '192.0.2.1',
  download: '',
  idleMs: 30_000,
})

/** Every third account plays on, every other third has played, the rest never did. */
const play = async (engine: CapEngine): Promise<void> => {
  clock.now = 1_760_000_000_000
  for (const [at, account] of accounts.entries()) {
    const { key, sid, channel, network, idleMs } = entryOf(account)
    const own = { key, sid, req: `req-${at}`, ch: channel, net: network, idle: idleMs }
    const claim = { ...own, dev: 'dev', player: 'player', dl: '', edge: 'e', info: '{}' }
    const opening = { claim, limits: DEFAULT_LIMITS, hasWaited: false }
    const { answer } = await engine.open(account, opening, entryOf(account))
    expect(answer.outcome).toBe('admitted')
    if (at % 3 < 2) await seen(engine, account)
  }
  clock.now += 28_000
  for (const [at, account] of accounts.entries()) if (at % 3 === 0) await seen(engine, account)
  clock.now += 4_000
}

const seen = async (engine: CapEngine, account: string): Promise<void> => {
  const renewal = { edge: 'e', seen: [`key-${account}`], traffic: [], limits: null }
  await engine.renew(accountTag(account), renewal)
}

test('one script ends what is silent in many accounts, as memory does, and an opening notes its session', async () => {
  const redis = createRedis({ urls: [server.url] })
  await waitForRedis(redis, 5_000)
  const sets = createSetMemory()
  const inRedis = createRedisEngine({
    redis,
    run: scriptRunner(redis),
    now: () => clock.now,
    noteOrder: (entry, ms) => noteOrder([[entry, clock.now + ms]], sets, clock.now),
  })
  const inMemory = createMemoryEngine(() => clock.now)
  await play(inRedis)
  const ended = await inRedis.sweep(tags)
  const left = await inRedis.read(tags)
  await play(inMemory)
  expect(ended).toEqual(await inMemory.sweep(tags))
  expect(left).toEqual(await inMemory.read(tags))
  const reasons = ended.map((effects) => effects.ended.map(({ reason }) => reason).join())
  expect(new Set(reasons)).toEqual(new Set(['', 'session.idle', 'session.unstarted']))
  // A session that was late for its reservation may still come, for as long as an ended one is remembered.
  const unstarted = KEYS.account(accountTag('own:2'))
  expect(await redis.get(unstarted)).toMatch(/^\{/)
  expect(await redis.pttl(unstarted)).toBeGreaterThan(120_000)
  for (const account of accounts) {
    const entry = entryOf(account)
    const live = KEYS.live.key(shardOf(entry.tag))
    expect(await redis.zscore(live, memberOf(entry))).not.toBeNull()
    expect(await redis.pttl(live)).toBeGreaterThan(0)
  }
  expect(await redis.zrange(KEYS.channels.key, 0, '-1')).toEqual(['one'])
  expect(await redis.pttl(KEYS.channel.key('one'))).toBeGreaterThan(0)
  redis.disconnect()
})

test('a set that may be gone, and all after a loss of data, are told everything again', () => {
  const sets = createSetMemory()
  const note = (now: number): string[] => noteOrder([[entryOf('own:1'), now]], sets, now)
  const told = (order: readonly string[]): { keep: readonly string[]; noted: string } => {
    const rows = 7 + Number(order[6])
    return { keep: order.slice(7, rows), noted: order[rows + 7] ?? '' }
  }
  const [live, channel] = [KEYS.live.key(shardOf(accountTag('own:1'))), KEYS.channel.key('one')]
  expect(told(note(1_000_000))).toEqual({ keep: [live, channel, KEYS.channels.key], noted: 'one' })
  expect(told(note(1_000_001))).toEqual({ keep: [], noted: '' })
  sets.lost([live])
  expect(told(note(1_000_002))).toEqual({ keep: [live], noted: '' })
  expect(told(note(1_006_000)).noted).toBe('one')
  sets.clear()
  expect(told(note(1_006_001)).keep).toHaveLength(3)
})

test('what was not swept for minutes is ended as memory ends it', async () => {
  const redis = createRedis({ urls: [server.url] })
  await waitForRedis(redis, 5_000)
  await redis.flushall()
  const inRedis = createRedisEngine({
    redis,
    run: scriptRunner(redis),
    now: () => clock.now,
    noteOrder: (entry, ms) => noteOrder([[entry, clock.now + ms]], createSetMemory(), clock.now),
  })
  const inMemory = createMemoryEngine(() => clock.now)
  for (const lateMs of [9_999, 10_000, 129_999, 130_000]) {
    const swept: unknown[] = []
    for (const engine of [inRedis, inMemory]) {
      await play(engine)
      const { now } = clock
      const [account, tag] = [`own:late-${lateMs}`, accountTag(`own:late-${lateMs}`)]
      const { key, sid } = entryOf(account)
      const own = { key, sid, req: '"}}}', ch: 'one', net: '192.0.2.1', idle: 30_000, tok: 'ab' }
      const claim = { ...own, dev: 'dev', player: ' {"é', dl: '', edge: 'e', info: '{"a":0}}}' }
      await engine.open(
        account,
        { claim, limits: DEFAULT_LIMITS, hasWaited: false },
        entryOf(account),
      )
      clock.now = now + lateMs
      swept.push([await engine.sweep([tag]), await engine.read([tag])])
      clock.now = now
      await redis.flushall()
    }
    expect(swept[0], `${lateMs} ms`).toEqual(swept[1])
  }
  redis.disconnect()
})
