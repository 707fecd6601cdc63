import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OpenRequest } from '../../../control/sessions/model/session-store.ts'
import {
  createRedis,
  type RedisClient,
  waitForRedis,
} from '../../../control/sessions/redis/client.ts'
import { startRedisCluster, type TestCluster } from '../../support/programs/redis-cluster.ts'
import {
  checking,
  eventually,
  limitsWith,
  opening,
  type Plane,
  startPlane,
} from './sessions-support.ts'
import { createWorld, type Step, takeStep } from './sessions-world.ts'

let cluster: TestCluster
let planes: Plane[] = []

const openAt = async (at: number, request: OpenRequest) => {
  const plane = planes[at % planes.length]
  if (!plane) throw new Error('no control plane')
  return await plane.sessions.store.open(request)
}

beforeAll(async () => {
  cluster = await startRedisCluster()
  const urls = cluster.servers.map(({ url }) => url)
  planes = [await startPlane(urls), await startPlane(urls)]
})
afterAll(async () => {
  for (const plane of planes) await plane.stop()
  await cluster?.stop()
})

test('1,000 racing openings of 100 accounts over two control planes keep every cap', async () => {
  const limits = limitsWith({ maxStreams: 2, limitation: 'hard' })
  const requests = Array.from({ length: 1_000 }, (_, at) =>
    opening(`own:cluster${at % 100}`, `c${at}`, { limits, player: `p${at}` }),
  )
  const answers = await Promise.all(requests.map((request, at) => openAt(at, request)))
  expect(planes.flatMap(({ changes }) => changes)).toEqual([])
  const admitted = new Map<string, number>()
  for (const [at, answer] of answers.entries()) {
    if (answer.outcome !== 'admitted') continue
    const account = requests[at]?.account ?? ''
    admitted.set(account, (admitted.get(account) ?? 0) + 1)
  }
  expect([...admitted.values()]).toEqual(Array.from({ length: 100 }, () => 2))
})

test('1,000 racing openings of one account of 2 admit exactly 2', async () => {
  const limits = limitsWith({ maxStreams: 2, limitation: 'hard' })
  const answers = await Promise.all(
    Array.from({ length: 1_000 }, (_, at) =>
      openAt(at, opening('own:thousand', `t${at}`, { limits, player: `p${at}` })),
    ),
  )
  expect(answers.filter((answer) => answer.outcome === 'admitted')).toHaveLength(2)
  expect(planes.flatMap(({ changes }) => changes)).toEqual([])
})

test('renewals, bans, counts and lists work over the slots of all masters', async () => {
  const [one, two] = planes
  if (!one || !two) throw new Error('two planes')
  const limits = limitsWith({ maxStreams: 3 })
  const requests = Array.from({ length: 40 }, (_, at) =>
    opening(`own:w${at}`, `w${at}`, { limits, channel: 'wide', network: '203.0.113.5' }),
  )
  await Promise.all(requests.map((request) => one.sessions.store.open(request)))
  const seen = requests.map(({ key }) => key)
  expect(await two.sessions.store.renew({ edge: 'e1', seen })).toEqual({ kill: [], drop: [] })
  const page = await two.sessions.view.list({ channel: 'wide', limit: 100 })
  expect(page.items).toHaveLength(40)
  const ban = { kind: 'network', subject: '203.0.113.5', until: Date.now() + 60_000 } as const
  const { kill } = await two.sessions.bans.ban({ ...ban, reason: 'ban.network', by: 'admin:a' })
  expect([...kill].sort()).toEqual([...seen].sort())
  await eventually(
    () => one.sessions.bans.find(checking(requests[0] ?? opening('x', 'x', { limits }))),
    (found) => found !== null,
  )
})

test('the scripts touch one slot each', async () => {
  const redis: RedisClient = createRedis({ urls: cluster.servers.map(({ url }) => url) })
  await waitForRedis(redis, 5_000)
  const limits = limitsWith({ maxStreams: 1 })
  const steps: Step[] = [
    { op: 'open', who: 1, ch: 1, net: 1, req: 1, vod: false, waited: false, same: false },
    { op: 'renew', keys: [0], all: true, traffic: [[0, 1, 1]] },
    { op: 'check', key: 0, who: 1, ch: 1, net: 2, silent: 1, edge: 0 },
    { op: 'restart' },
    { op: 'end', keys: [0], refuseMs: 5_000, unused: false },
    { op: 'pardon', keys: [0], who: 1, ch: 1, net: 1 },
  ]
  for (let at = 0; at < 20; at += 1) {
    const world = createWorld(redis, `own:slot${at}`, limits, new Map())
    for (const step of steps) await takeStep(world, step)
  }
  redis.disconnect()
})
