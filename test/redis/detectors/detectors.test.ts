import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DETECTORS_GROUP } from '../../../control/detect/live/detectors.ts'
import type { PlayEvent } from '../../../control/events/play-event.ts'
import { playOfEvent } from '../../../control/events/play-of-event.ts'
import { publishEvents } from '../../../control/events/publisher.ts'
import { countPending } from '../../../control/events/trim-streams.ts'
import { openStore, type Store } from '../../../control/store/store.ts'
import { tempDir } from '../../support/cleanup.ts'
import { type Child, startChild } from '../../support/programs/child.ts'
import { until } from '../../support/programs/port.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { connect, NOON } from '../events/event-samples.ts'
import { allFindings, runDetectors } from './detectors-run.ts'
import { RULES, rulesOf, sessionEvents, sharedTraffic, shuffled } from './detectors-samples.ts'

const ACCOUNTS = 12

let server: TestRedis
let redis: Redis
let folder: { path: string; remove: () => Promise<void> }
beforeEach(async () => {
  folder = await tempDir()
  server = await startRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] })
  redis = await connect(server.url)
})
afterEach(async () => {
  redis.disconnect()
  await server.stop()
  await folder.remove()
})

const urlOf = (name: string): string => join(folder.path, `${name}.duckdb`)

/** What the detectors leave in a new store after some events. */
const judged = async (name: string, events: readonly PlayEvent[], batch: number) => {
  await redis.flushall()
  const store = await openStore({ url: urlOf(name) })
  await publishEvents(redis, events)
  const detectors = await runDetectors({ redis, store, rules: RULES, batch })
  await until('the end', async () => (await detectors.waiting()) === 0, 60_000)
  await detectors.stop()
  expect(detectors.stats()).toMatchObject({ deadLettered: 0, failures: 0 })
  const findings = await allFindings(store)
  const trust = new Map<string, number>()
  for (let n = 0; n < ACCOUNTS; n += 1) {
    trust.set(`own:${n}`, (await store.trust.latest(`own:${n}`))?.value ?? 100)
  }
  await store.close()
  return { findings, trust }
}

test('events in any order, told twice or in other batches, give the same findings and trust', async () => {
  const events = sharedTraffic(ACCOUNTS)
  const reference = await judged('in-order', events, 500)
  expect(reference.findings.length).toBeGreaterThanOrEqual(ACCOUNTS)
  const accused = new Set(reference.findings.map(({ account }) => account))
  expect([...accused].sort()).toEqual(['own:0', 'own:10', 'own:2', 'own:4', 'own:6', 'own:8'])
  expect(reference.trust.get('own:1')).toBe(100)
  expect(reference.trust.get('own:0')).toBeLessThanOrEqual(80)
  for (const [seed, batch] of [
    [1, 7],
    [2, 50],
    [3, 500],
  ] as const) {
    const told = shuffled([...events, ...events.slice(0, 100)], seed)
    const { findings, trust } = await judged(`shuffled-${seed}`, told, batch)
    expect(findings).toEqual(reference.findings)
    expect(trust).toEqual(reference.trust)
  }
})

test('the pseudo user of a media server is never judged', async () => {
  const events = sharedTraffic(4).map((event) =>
    event.account === 'own:0' ? { ...event, account: 'server:den:0' } : event,
  )
  const { findings } = await judged('pseudo', events, 500)
  expect([...new Set(findings.map(({ account }) => account))]).toEqual(['own:2'])
})

const startOne = async (url: string): Promise<Child> => {
  const program = fileURLToPath(new URL('./detectors-child.ts', import.meta.url))
  const child = startChild([process.execPath, '--import', 'tsx', program, server.url, url])
  const isReady = () => {
    if (child.exitCode() !== null) throw new Error(child.output())
    return child.output().includes('ready')
  }
  await until('the detectors', isReady, 90_000)
  return child
}

const waiting = () => countPending(redis, DETECTORS_GROUP)

test('killed with -9 again and again, they lose and double nothing', async () => {
  const events = sharedTraffic(ACCOUNTS)
  const reference = await judged('whole', events, 500)
  await redis.flushall()
  const url = urlOf('killed')
  let child = await startOne(url)
  const share = Math.ceil(events.length / 3)
  for (let from = 0; from < events.length; from += share) {
    await publishEvents(redis, events.slice(from, from + share))
    const left = await waiting()
    const isOn = async () => (await waiting()) < Math.max(1, left) || child.exitCode() !== null
    await until('some progress', isOn, 30_000)
    await child.stop('SIGKILL')
    child = await startOne(url)
  }
  await until('the end', async () => (await waiting()) === 0, 60_000)
  await child.stop()
  const store = await openStore({ url })
  expect(await allFindings(store)).toEqual(reference.findings)
  for (const [account, value] of reference.trust) {
    expect((await store.trust.latest(account))?.value ?? 100).toBe(value)
    const { rows } = await store.trust.list({ where: { account }, limit: 1000 })
    const told = rows.flatMap(({ findingId }) => findingId ?? [])
    expect(new Set(told).size).toBe(told.length)
  }
  await store.close()
})

describe('one account', () => {
  let store: Store
  beforeEach(async () => {
    store = await openStore({ url: urlOf('one') })
  })
  afterEach(async () => {
    await store.close()
  })
  const MINUTE = 60_000
  const there = {
    country: 'AU',
    city: 'Sydney',
    latitude: -33.87,
    longitude: 151.21,
    accuracyKm: 25,
  }
  const here = { country: 'FR', city: 'Lyon', latitude: 45.76, longitude: 4.84, accuracyKm: 25 }
  const home = sessionEvents(
    { id: 'home', network: '192.0.2.1', device: 'tv', client: 'VLC', ...here },
    NOON,
    80,
  )
  const away = sessionEvents(
    { id: 'away', network: '198.51.100.9', device: 'box', client: 'TiviMate', ...there },
    NOON + 20 * MINUTE,
    50,
  )
  const PLACES = { id: 'places', kind: 'simultaneous_places' }
  const judge = async (events: readonly PlayEvent[], places = rulesOf([PLACES])) => {
    await publishEvents(redis, events)
    const detectors = await runDetectors({ redis, store, rules: places })
    await until('the end', async () => (await detectors.waiting()) === 0)
    await detectors.stop()
  }

  test('what only the history knows is known', async () => {
    await store.history.upsertPlays(home.map((event) => playOfEvent(event)))
    await judge(away)
    expect(await allFindings(store)).toMatchObject([{ rule: 'places', account: 'own:ann' }])
  })

  test('what the operator called fine is held against nobody, nor is a session we ended', async () => {
    const word = { id: 'w', account: 'own:ann', verdict: 'fine', at: NOON, by: 'admin' }
    await store.feedback.put({ ...word, kind: 'network', value: '198.51.100.9' })
    await judge([...home, ...away])
    expect(await allFindings(store)).toEqual([])
    expect(await store.trust.latest('own:ann')).toBeNull()
    const killed = away.map((event) => ({ ...event, id: 'killed', network: '203.0.113.4' }))
    await judge(killed.map((e) => (e.type === 'closed' ? { ...e, reason: 'session.ended' } : e)))
    expect(await allFindings(store)).toEqual([])
  })

  test('a dry run that finds plays apart of an account nobody calls shared lowers no trust', async () => {
    await judge([...home, ...away], rulesOf([{ ...PLACES, dry_run: true }]))
    expect(await allFindings(store)).toMatchObject([{ evidence: { lowersTrust: false } }])
    expect(await store.trust.latest('own:ann')).toBeNull()
    await judge(away.slice(-1))
    expect(await allFindings(store)).toMatchObject([{ evidence: { lowersTrust: true } }])
    expect(await store.trust.latest('own:ann')).toMatchObject({ value: 90 })
  })

  test('a finding late news disproves is withdrawn, and its trust given back', async () => {
    await judge([...home, ...away.slice(0, -1)])
    expect(await allFindings(store)).toHaveLength(1)
    expect(await store.trust.latest('own:ann')).toMatchObject({ value: 90 })
    // The edge learns where the address really is.
    await judge(away.slice(-1).map((event) => ({ ...event, ...here })))
    expect(await allFindings(store)).toEqual([])
    expect(await allFindings(store, 'withdrawn')).toHaveLength(1)
    expect(await store.trust.latest('own:ann')).toMatchObject({ value: 100 })
    // It was right the first time.
    await judge(away.slice(-1))
    expect(await allFindings(store)).toHaveLength(1)
    expect(await store.trust.latest('own:ann')).toMatchObject({ value: 90 })
  })
})
