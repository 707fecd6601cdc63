import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { cloneKey, inferredKey, leaseKey } from '#domain/viewer/lease'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { watch } from '../rig/watch.ts'

const HOME = '203.0.113.5'
const AWAY = '198.51.100.9'
let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [group('all', { isDefault: true }), group('boxes', { redirect: 'inferred' })],
    }
    stub.tables.channels.rows = channelRows({
      ts1: {
        origin: origin.url,
        base: '/ts1/',
        entry: 'mpegts',
        protocol: 'mpegts',
        groups: ['all', 'boxes'],
      },
    })
  })
})
afterAll(() => rig?.stop())
beforeEach(() => {
  rig.stub.checkRefusal = null
})

const open = async (): Promise<{ path: string; pass: string }> => {
  const answer = await rig.get(`/live/${rig.ticket()}/ts1/stream.ts`, { from: HOME })
  const path = answer.headers.get('location') ?? ''
  return { path, pass: path.split('/')[2] ?? '' }
}

/** Waits for so many more syncs, one a second: the guard looks at each stream's lease and serial meanwhile. */
const syncs = async (count: number) => {
  const before = rig.stub.syncs.length
  await until('syncs', () => rig.stub.syncs.length >= before + count)
}

test('a refused stranger with the same pass does not disturb the running stream', async () => {
  const { path } = await open()
  const home = await watch(rig.url + path, HOME)
  await until('bytes', () => home.state.bytes > 1000)
  rig.stub.checkRefusal = { reason: 'session.cloned', denyTtl: 30 }
  const away = await watch(rig.url + path, AWAY)
  expect([away.state.status, away.state.reason]).toEqual([403, 'session.cloned'])
  const bytes = home.state.bytes
  await syncs(3)
  expect(home.state.endedAt).toBe(0)
  expect(home.state.bytes).toBeGreaterThan(bytes)
  home.stop()
})

test('an admitted second stream has a key of its own: counted, reported and ended alone', async () => {
  const { path, pass } = await open()
  const home = await watch(rig.url + path, HOME)
  const away = await watch(rig.url + path, AWAY)
  expect(away.state.status).toBe(200)
  await syncs(3)
  expect([home.state.endedAt, away.state.endedAt]).toEqual([0, 0])
  const key = cloneKey(nodeCrypto, pass, 'ts1', AWAY)
  expect(key).not.toBe(leaseKey(nodeCrypto, pass, 'ts1'))
  rig.stub.next = { kill: [key] }
  await away.ended
  expect(home.state.endedAt).toBe(0)
  await until('the report', () =>
    rig.stub.syncs.some((it) => it.closed.some(([closed]) => closed === key)),
  )
  home.stop()
})

test('a stream under a ticket is cut like any other', async () => {
  const ticket = rig.ticket({ group: 'boxes' })
  const viewer = await watch(`${rig.url}/live/${ticket}/ts1/stream.ts`, HOME)
  await until('bytes', () => viewer.state.bytes > 1000)
  rig.stub.next = { kill: [inferredKey(nodeCrypto, ticket, 'ts1', HOME)] }
  await viewer.ended
  expect(viewer.state.bytes).toBeGreaterThan(1000)
})
