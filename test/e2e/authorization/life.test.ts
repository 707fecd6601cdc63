import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'
import {
  answering,
  knock,
  type Middleware,
  playOn,
  startAuthService,
  startMiddleware,
  wordOf,
} from '../world/auth-world.ts'
import { adminOf } from '../world/world.ts'

let middleware: Middleware
let service: TestService
let admin: ReturnType<typeof adminOf>

const NAMES = ['told', 'once', 'ends', 'door', 'again-1', 'again-2', 'paused', 'zero', 'outage']

beforeAll(async () => {
  middleware = await startMiddleware(NAMES)
  const backends = (name: string) => [{ url: `${middleware.at(name)}?key=1`, timeout_ms: 1500 }]
  service = await startAuthService(middleware, {
    groups: [{ name: 'everyone', default: true, limitation: 'hard' }],
    clocks: { deny_sec: 3, ban_sec: 3, idle_sec: 10 },
    channels: NAMES.map((name) => ({ match: `^${name}$`, auth: name })),
    auth_backends: NAMES.map((name) => ({ name, backends: backends(name) })),
  })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await middleware?.close()
})

const isNew = (query: URLSearchParams) => query.get('request_type') === 'new_session'

/** What a backend was asked, in short: `new_session 0`. */
const questions = (name: string) =>
  middleware
    .asked(name)
    .map(({ query }) => `${query.get('request_type')} ${query.get('request_number')}`)

const play = async (channel: string, who: Parameters<typeof knock>[2]) =>
  playOn(service.edge, await knock(service.edge, channel, who), who)

/** Asks a few times a second until the question holds. */
const whilePlaying = async (
  list: () => Promise<{ status: number }>,
  isDone: () => boolean,
): Promise<number[]> => {
  const statuses: number[] = []
  await until('what it waits for', async () => {
    statuses.push((await list()).status)
    await pause(200)
    return isDone()
  })
  return statuses
}

const questionsOfEdges = async (isWanted: (line: string) => boolean): Promise<number> => {
  const text = await (await service.api('/metrics')).text()
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('gatehouse_edge_questions_total{'))
    .filter(isWanted)
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

const isSync = (line: string) => line.includes('question="sync"')
const syncs = () => questionsOfEdges(isSync)

/** After three more syncs the edges have told what they asked, and heard what there was. */
const untilReported = async (): Promise<void> => {
  const told = await syncs()
  await until('three more syncs', async () => (await syncs()) >= told + 3)
}

/** How often control was asked about openings and passes. */
const askedOfControl = () => questionsOfEdges((line) => !isSync(line))

test('tells the backend what Flussonic tells it, then every X-AuthDuration what became of it', async () => {
  middleware.on('told', answering(200, { 'X-AuthDuration': '2' }))
  const who = {
    address: '203.0.113.7',
    token: 'to ken+&',
    agent: 'Box/1',
    query: 'utm=x&y=%20z',
    referer: 'http://shop.example.net/?a=b',
  }
  const { list, segment } = await play('told', who)
  await list()
  await segment()
  await segment()
  await whilePlaying(list, () => questions('told').length >= 4)
  const all = middleware.asked('told')
  expect(questions('told').slice(0, 4)).toEqual([
    'new_session 0',
    'update_session 1',
    'update_session 2',
    'update_session 3',
  ])
  const [first, second, third] = all.map(({ query }) => Object.fromEntries(query))
  const id = first?.['session_id'] ?? ''
  expect(id.length).toBeGreaterThan(15)
  const lasting = {
    key: '1',
    name: 'told',
    proto: 'hls',
    ip: '203.0.113.7',
    token: 'to ken+&',
    session_id: id,
    qs: 'token=to+ken%2B%26&utm=x&y=%20z',
    user_agent: 'Box/1',
    referer: 'http://shop.example.net/?a=b',
    host: new URL(service.edge).host,
  }
  expect(first).toEqual({
    ...lasting,
    request_type: 'new_session',
    request_number: '0',
    stream_clients: '0',
    total_clients: first?.['total_clients'],
  })
  expect(second).toMatchObject({ ...lasting, request_type: 'update_session', stream_clients: '1' })
  expect(Number(second?.['duration'])).toBeGreaterThanOrEqual(2)
  expect(Number(third?.['duration'])).toBeGreaterThan(Number(second?.['duration']))
  expect(Number(third?.['bytes'])).toBeGreaterThan(100_000)
  const gaps = all.slice(1, 4).map(({ at }, n) => at - (all[n]?.at ?? 0))
  for (const gap of gaps) expect(gap).toBeGreaterThan(1800)
})

test('a token that is good once is good at the updates, and again for the same viewer only', async () => {
  const spent = new Map<string, string>()
  middleware.on('once', (query, response) => {
    const [token, id] = [query.get('token') ?? '', query.get('session_id') ?? '']
    if (isNew(query) && !spent.has(token)) spent.set(token, id)
    else if (isNew(query) || spent.get(token) !== id) return answering(403)(query, response)
    answering(200, { 'X-AuthDuration': '2' })(query, response)
  })
  const who = { address: '203.0.113.8', token: 'single' }
  const first = await play('once', who)
  // The player opens again at once, as players do: the answer is remembered, the session the backend's own.
  const again = await play('once', who)
  expect(wordOf(await knock(service.edge, 'once', { ...who, address: '203.0.113.9' }))).toBe(
    'backend.deny',
  )
  const statuses = await whilePlaying(
    async () => ((await first.list()).status === 200 ? await again.list() : await first.list()),
    () => questions('once').length >= 6,
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
})

describe('a refusal', () => {
  test('at an update ends the session; the player that goes on asking costs one request per deny clock', async () => {
    let isGood = true
    middleware.on('ends', (query, response) =>
      answering(isGood ? 200 : 403, { 'X-AuthDuration': isGood ? '1' : '3' })(query, response),
    )
    const { list, segment } = await play('ends', { address: '203.0.113.11', token: 'x' })
    expect((await list()).status).toBe(200)
    isGood = false
    await until('the refusal', async () => (await list()).status === 403)
    const [reply, file] = [await list(), await segment()]
    expect([reply.status, file.status]).toEqual([403, 403])
    expect(['ban.session', 'backend.deny']).toContain(reply.reason)
    await untilReported()
    const [asked, control] = [questions('ends').length, await askedOfControl()]
    const statuses = new Set<number>()
    let requests = 0
    await until('two more questions', async () => {
      statuses.add((await list()).status)
      requests += 1
      return questions('ends').length >= asked + 2
    })
    expect(requests).toBeGreaterThan(8)
    expect(statuses).toEqual(new Set([403]))
    // Between two questions lies the clock of the refusal, three seconds.
    const [earlier, later] = middleware.asked('ends').slice(-2)
    expect((later?.at ?? 0) - (earlier?.at ?? 0)).toBeGreaterThan(2500)
    expect((await askedOfControl()) - control).toBeLessThanOrEqual(4)
    isGood = true
    await until('the change of mind', async () => (await list()).status === 200)
  }, 60_000)

  test('at the door is remembered for its own clock, and asked of nobody meanwhile', async () => {
    middleware.on('door', answering(403, { 'X-AuthDuration': '12' }))
    const who = { address: '203.0.113.12', token: 'no' }
    const opened = await knock(service.edge, 'door', who)
    expect([opened.status, opened.reason]).toEqual([403, 'backend.deny'])
    expect(Number(opened.headers['retry-after'])).toBeGreaterThan(0)
    await untilReported()
    const control = await askedOfControl()
    expect(control).toBeGreaterThan(0)
    for (let requests = 0; requests < 16; requests++) {
      expect(wordOf(await knock(service.edge, 'door', who))).toBe('backend.deny')
      await pause(80)
    }
    expect(middleware.asked('door')).toHaveLength(1)
    expect((await askedOfControl()) - control).toBe(0)
    // Another player of the same address and another token are judged for themselves.
    middleware.on('door', answering(200))
    expect(wordOf(await knock(service.edge, 'door', { ...who, token: 'yes' }))).toBe('in')
    await until(
      'the end of the clock',
      async () => wordOf(await knock(service.edge, 'door', who)) === 'in',
    )
  }, 60_000)
})

test('an outage keeps a running session; new ones wait; then it is asked again', async () => {
  middleware.on('outage', answering(200, { 'X-AuthDuration': '1' }))
  const { list } = await play('outage', { address: '203.0.113.13', token: 'a' })
  await list()
  middleware.on('outage', () => undefined)
  const before = questions('outage').length
  const statuses = await whilePlaying(list, () => questions('outage').length > before + 1)
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(wordOf(await knock(service.edge, 'outage', { address: '203.0.113.14', token: 'b' }))).toBe(
    'backend.down',
  )
  middleware.on('outage', answering(403))
  await until('the refusal', async () => (await list()).status === 403)
}, 60_000)

test('a session that was silent too long is asked about when its player comes back', async () => {
  middleware.on('paused', answering(200, { 'X-AuthDuration': '2' }))
  const { list } = await play('paused', { address: '203.0.113.15', token: 'p' })
  expect((await list()).status).toBe(200)
  await until(
    'its end',
    async () => (await admin.sessions()).every((it) => it.name !== 'paused'),
    40_000,
  )
  // The edge hears of the end at its next sync.
  await untilReported()
  middleware.on('paused', answering(403))
  const reply = await list()
  expect([reply.status, reply.reason]).toEqual([403, 'backend.deny'])
}, 60_000)

test('X-AuthDuration 0 asks at each opening and again and again', async () => {
  middleware.on('zero', answering(200, { 'X-AuthDuration': '0' }))
  const who = { address: '203.0.113.16', token: 'z' }
  const { list } = await play('zero', who)
  await whilePlaying(list, () => questions('zero').length >= 4)
  // The same press again is the same session; from another address it is another one.
  await play('zero', who)
  expect(questions('zero').filter((it) => it === 'new_session 0')).toHaveLength(1)
  await play('zero', { ...who, address: '203.0.113.46' })
  expect(questions('zero').filter((it) => it === 'new_session 0')).toHaveLength(2)
  expect(questions('zero').filter((it) => it.startsWith('update')).length).toBeGreaterThanOrEqual(3)
})

test('reauth asks again about one channel, or all, now', async () => {
  for (const name of ['again-1', 'again-2']) middleware.on(name, answering(200))
  const one = await play('again-1', { address: '203.0.113.17', token: 'a' })
  const two = await play('again-2', { address: '203.0.113.18', token: 'a' })
  await one.list()
  await two.list()
  for (const name of ['again-1', 'again-2']) middleware.on(name, answering(403))
  const told = await admin.send<Record<string, number>>('POST', '/sessions/reauth?name=again-1')
  expect(Object.values(told)).toEqual([1])
  await until('the end of one', async () => (await one.list()).status === 403)
  expect((await two.list()).status).toBe(200)
  // The remembered yes of the opening is void as well.
  expect(
    wordOf(await knock(service.edge, 'again-1', { address: '203.0.113.17', token: 'a' })),
  ).toBe('backend.deny')
  await admin.send('POST', '/sessions/reauth')
  await until('the end of two', async () => (await two.list()).status === 403)
}, 60_000)
