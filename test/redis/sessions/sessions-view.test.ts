import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SessionQuery } from '../../../control/sessions/model/session-view.ts'
import { pause } from '../../support/pause.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { eventually, limitsWith, opening, type Plane, startPlane } from './sessions-support.ts'

let server: TestRedis
let plane: Plane
const limits = limitsWith({ maxStreams: 4 })

/** 60 accounts on 3 channels, 2 networks each, the first 20 reported by edge e2. */
beforeAll(async () => {
  server = await startRedis()
  plane = await startPlane([server.url])
  for (let at = 0; at < 60; at += 1) {
    const request = opening(`own:v${at}`, `v${at}`, {
      limits,
      channel: `ch${at % 3}`,
      network: at % 2 === 0 ? '192.0.2.10' : '2001:db8:9::',
      download: at < 5 ? 'VIEWDOWNLOAD0001' : null,
    })
    await plane.sessions.store.open(request)
    await plane.sessions.store.renew({
      edge: at < 20 ? 'e2' : 'e3',
      seen: [request.key],
      traffic: [[request.key, at * 100, 1]],
    })
  }
})
afterAll(async () => {
  await plane.stop()
  await server.stop()
})

const all = async (query: SessionQuery) => {
  const items = []
  let cursor: string | undefined
  for (let page = 0; page < 50; page += 1) {
    const more = cursor === undefined ? {} : { cursor }
    const got = await plane.sessions.view.list({ ...query, ...more })
    items.push(...got.items)
    if (got.next === null) break
    cursor = got.next
  }
  return items
}

test('every session is listed exactly once over pages', async () => {
  const items = await all({ limit: 7 })
  expect(items).toHaveLength(60)
  expect(new Set(items.map(({ id }) => id)).size).toBe(60)
})

test.each([
  ['account', { account: 'own:v7' }, 1],
  ['channel', { channel: 'ch1' }, 20],
  ['network', { network: '2001:db8:9::' }, 30],
  ['edge', { edge: 'e2' }, 20],
  ['download', { download: 'VIEWDOWNLOAD0001' }, 5],
  ['group', { group: 'home' }, 60],
  ['group nobody is in', { group: 'away' }, 0],
  ['channel and edge', { channel: 'ch0', edge: 'e2' }, 7],
] as const)('filtered by %s', async (_name, query, count) => {
  expect(await all({ ...query, limit: 9 })).toHaveLength(count)
})

test('sorted by bytes over pages', async () => {
  const bytes = (await all({ sort: '-bytes', limit: 25 })).map((session) => session.bytes)
  expect(bytes).toEqual([...bytes].sort((a, b) => b - a))
  expect(bytes).toHaveLength(60)
})

test('one is shown by its lease key and by its session id', async () => {
  const [session] = await all({ account: 'own:v3' })
  const shown = await plane.sessions.view.show(session?.id ?? '')
  expect(shown).toMatchObject({ account: 'own:v3', channel: 'ch0', bytes: 300, state: 'playing' })
  expect(await plane.sessions.view.show(session?.sid ?? '')).toEqual(shown)
  expect(await plane.sessions.view.show('nobody')).toBeNull()
})

test('counts follow openings and ends', async () => {
  expect(await plane.sessions.view.counts('ch2')).toEqual({ totalClients: 60, streamClients: 20 })
  const [first] = await all({ channel: 'ch2' })
  await plane.sessions.store.close([first?.id ?? ''])
  const numbers = await eventually(
    () => plane.sessions.view.numbers(),
    ({ totalClients }) => totalClients === 59,
  )
  expect(numbers.channels.map(({ clients }) => clients)).toEqual([20, 20, 19])
})

test('a session that falls silent ends by itself and is told', async () => {
  const request = opening('own:silent', 's', { limits, idleMs: 1_500, channel: 'quiet' })
  await plane.sessions.store.open(request)
  await plane.sessions.store.renew({ edge: 'e2', seen: [request.key] })
  await eventually(
    () => plane.ends,
    (ends) => ends.some((end) => end.account === 'own:silent' && end.reason === 'session.idle'),
  )
  expect(await plane.sessions.view.show(request.key)).toBeNull()
  const back = await plane.sessions.store.renew({ edge: 'e2', seen: [request.key] })
  expect(back).toEqual({ kill: [], drop: [] })
  expect(await plane.sessions.view.show(request.key)).toMatchObject({ state: 'playing' })
})

test('no key lives for ever but those that must', async () => {
  if (!('keys' in plane.redis)) throw new Error('one server')
  const names = await plane.redis.keys('*')
  expect(names.filter((name) => !name.startsWith('gh:'))).toEqual([])
  const lasting = []
  for (const name of names) {
    if ((await plane.redis.pttl(name)) === -1) lasting.push(name)
  }
  expect(
    lasting.sort().filter((name) => !['gh:bans', 'gh:banset', 'gh:epoch'].includes(name)),
  ).toEqual([])
})

test('a key that is opened anew after its reservation ran out is found by its network', async () => {
  const network = '192.0.2.77'
  const own = { limits: limitsWith({ reserveMs: 200 }), key: 'inferredkey00001', isFixed: true }
  await plane.sessions.store.open(opening('own:inferred', 'first', { ...own, network }))
  await pause(250)
  await plane.sessions.store.open(opening('own:inferred', 'second', { ...own, network }))
  await plane.sessions.store.renew({ edge: 'e2', seen: [own.key] })
  await eventually(
    () => plane.sessions.view.list({ network }),
    ({ items }) => items.length === 1,
  )
  expect(plane.ends.filter(({ account }) => account === 'own:inferred')).toHaveLength(1)
})
