import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkRedis, createRedis, waitForRedis } from '../../../control/sessions/redis/client.ts'
import { pause } from '../../support/pause.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { eventually, limitsWith, opening, type Plane, startPlane } from './sessions-support.ts'

let server: TestRedis
let plane: Plane
beforeEach(async () => {
  server = await startRedis()
  plane = await startPlane([server.url])
})
afterEach(async () => {
  await plane.stop()
  await server.stop()
})

const hard = (maxStreams: number) => limitsWith({ maxStreams, limitation: 'hard' })
const box = (account: string, at: number, max: number) =>
  opening(account, `${at}`, { limits: hard(max), player: `box${at}`, channel: `c${at}` })
type Box = ReturnType<typeof box>

const openOne = async (account: string, at: number, max = 2) => {
  const request = box(account, at, max)
  const answer = await plane.sessions.store.open(request)
  if (answer.outcome === 'admitted') {
    await plane.sessions.store.renew({ edge: 'e1', seen: [request.key] })
  }
  return { request, outcome: answer.outcome }
}

describe('while Redis is down', () => {
  test('openings are answered at once from memory, exactly, knowing what played before', async () => {
    const { store } = plane.sessions
    await openOne('own:down', 1)
    await server.kill9()
    const begun = Date.now()
    const second = await openOne('own:down', 2)
    expect(store.isDegraded).toBe(true)
    expect(second.outcome).toBe('admitted')
    expect(Date.now() - begun).toBeLessThan(1_000)
    expect((await openOne('own:down', 3)).outcome).toBe('refused')
    const racing = Array.from({ length: 50 }, (_, at) => store.open(box('own:race', at, 2)))
    const admitted = (await Promise.all(racing)).filter(({ outcome }) => outcome === 'admitted')
    expect(admitted).toHaveLength(2)
  })

  test('nobody is cut because this process does not know a session', async () => {
    await server.kill9()
    const result = await plane.sessions.store.renew({ edge: 'e1', seen: ['AAAAAAAAAAAAAAAA'] })
    expect(result).toEqual({ kill: [], drop: [] })
  })

  test('bans go on, and reach Redis when it is back', async () => {
    await server.kill9()
    const ban = { kind: 'account', subject: 'own:bad', until: Date.now() + 3_600_000 } as const
    await plane.sessions.bans.ban({ ...ban, reason: 'ban.account', by: 'admin:anna' })
    const claim = opening('own:bad', '1', { limits: hard(1) })
    expect(plane.sessions.bans.find(claim)).toMatchObject({ kind: 'account' })
    await server.restart({ keepData: false })
    await eventually(
      () => plane.sessions.store.isDegraded,
      (isDegraded) => !isDegraded,
    )
    const other = await startPlane([server.url])
    await eventually(
      () => other.sessions.bans.find(claim),
      (found) => found !== null,
    )
    await other.stop()
  })
})

describe('a Redis that answers late', () => {
  const stopped = async (ms: number) => {
    process.kill(server.pid, 'SIGSTOP')
    for (let gone = 0; gone < ms; gone += 300) await pause(300)
    process.kill(server.pid, 'SIGCONT')
  }

  test.each([
    [1_500, 'waited for', false],
    [3_300, 'given up', true],
  ])('by %i ms is %s, and nobody is let in above a cap', async (ms, _how, isGivenUp) => {
    const { store } = plane.sessions
    const open = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => store.open(box('own:late', from + at, 2)))
    // The first are on their way when it stops, the others find it stopped.
    const first = open(0, 100)
    const back = stopped(ms)
    const answers = await Promise.all([...first, ...open(100, 200)])
    await back
    expect(answers.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(2)
    expect(plane.changes.some((change) => change.startsWith('degraded'))).toBe(isGivenUp)
  })
})

describe('an opening that Redis is slow to count', () => {
  test('is new, though Redis is asked about it twice', async () => {
    process.kill(server.pid, 'SIGSTOP')
    const answer = plane.sessions.store.open(box('own:slow', 1, 1))
    for (let gone = 0; gone < 1_500; gone += 300) await pause(300)
    process.kill(server.pid, 'SIGCONT')
    expect(await answer).toMatchObject({ outcome: 'admitted', isKnown: false })
  })

  test('keeps no place once it is given up, at once and after Redis was away', async () => {
    const { store } = plane.sessions
    const [one, two, three] = [1, 2, 3].map((at) => box('own:left', at, 1)) as [Box, Box, Box]
    expect(await store.open(one)).toMatchObject({ outcome: 'admitted' })
    expect(await store.leave(one.key)).toBe(true)

    process.kill(server.pid, 'SIGSTOP')
    expect(await store.open(two)).toMatchObject({ outcome: 'admitted' })
    expect(store.isDegraded).toBe(true)
    expect(await store.leave(two.key)).toBe(true)
    process.kill(server.pid, 'SIGCONT')
    await eventually(
      () => store.isDegraded,
      (isDegraded) => !isDegraded,
    )
    expect(await store.open(three)).toMatchObject({ outcome: 'admitted' })
    expect(plane.ends.map(({ reason }) => reason)).toContain('session.unstarted')
  })
})

describe('when Redis is back', () => {
  test.each([true, false])(
    'sessions of before and meanwhile count (data kept: %s)',
    async (keepData) => {
      await openOne('own:back', 1)
      await server.kill9()
      await openOne('own:back', 2)
      await server.restart({ keepData })
      await eventually(
        () => plane.sessions.store.isDegraded,
        (isDegraded) => !isDegraded,
      )
      const other = await startPlane([server.url])
      expect(await other.sessions.store.ofAccount('own:back')).toHaveLength(2)
      const third = await other.sessions.store.open(box('own:back', 3, 2))
      expect(third).toMatchObject({ outcome: 'refused', reason: 'cap.streams' })
      const seen = [box('own:back', 1, 2).key, box('own:back', 2, 2).key]
      const renewed = await other.sessions.store.renew({ edge: 'e2', seen })
      expect(renewed).toEqual({ kill: [], drop: [] })
      await other.stop()
    },
  )

  test('after FLUSHALL the sessions and cap bans are there again within seconds', async () => {
    const limits = { ...hard(1), banMs: 3_600_000 }
    const first = opening('own:flush', '1', { limits, player: 'a' })
    const over = opening('own:flush', '2', { limits, player: 'b' })
    await plane.sessions.store.open(first)
    await plane.sessions.store.renew({ edge: 'e1', seen: [first.key] })
    expect((await plane.sessions.store.open(over)).outcome).toBe('refused')
    if ('flushall' in plane.redis) await plane.redis.flushall()
    await eventually(
      () => plane.sessions.store.ofAccount('own:flush'),
      (sessions) => sessions.length === 1,
    )
    await plane.sessions.store.close([first.key])
    const again = await plane.sessions.store.open({ ...over, requestId: 'later' })
    expect(again).toMatchObject({ outcome: 'refused', reason: 'ban.device' })
  })
})

test('a control plane that starts without Redis begins degraded and recovers', async () => {
  await server.kill9()
  const late = await startPlane([server.url])
  expect(late.sessions.store.isDegraded).toBe(true)
  expect((await late.sessions.store.open(box('own:late', 1, 1))).outcome).toBe('admitted')
  await server.restart()
  await eventually(
    () => late.sessions.store.isDegraded,
    (isDegraded) => !isDegraded,
  )
  const numbers = await eventually(
    () => late.sessions.view.numbers(),
    ({ totalClients }) => totalClients === 1,
  )
  expect(numbers.isDegraded).toBe(false)
  await late.stop()
})

test('a Redis that evicts is refused with the command that mends it', async () => {
  const { redis } = plane
  expect(await checkRedis(redis)).toBeNull()
  if ('config' in redis) await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const problem = await checkRedis(redis)
  expect(problem).toContain('CONFIG SET maxmemory-policy noeviction')
  const command = /redis-cli -h \S+ -p \d+ (.+)$/.exec(problem ?? '')?.[1]?.split(' ') ?? []
  await redis.call(command[0] ?? '', ...command.slice(1))
  expect(await checkRedis(redis)).toBeNull()
})

test('a Redis that refuses the password is refused, one that is away is not', async () => {
  const { redis } = plane
  if ('config' in redis) await redis.config('SET', 'requirepass', 'right')
  const url = `redis://127.0.0.1:${server.port}`
  const verdict = async (settings: { urls: string[]; password?: string; isCluster?: boolean }) => {
    const client = createRedis(settings)
    await waitForRedis(client, 300)
    const problem = await checkRedis(client)
    client.disconnect()
    return problem
  }
  expect(await verdict({ urls: [url], password: 'wrong' })).toContain('WRONGPASS')
  expect(await verdict({ urls: [url] })).toContain('redis.password_file')
  expect(await verdict({ urls: [url], isCluster: true })).toContain('NOAUTH')
  expect(await verdict({ urls: [url], password: 'right' })).toBeNull()
  expect(await verdict({ urls: ['redis://127.0.0.1:1'] })).toBeNull()
  if ('config' in redis) await redis.config('SET', 'requirepass', '')
})

test('a client that cannot connect says so without waiting', async () => {
  const errors: Error[] = []
  const redis = createRedis({
    urls: ['redis://127.0.0.1:1'],
    onError: (error) => errors.push(error),
  })
  expect(await waitForRedis(redis, 200)).toBe(false)
  await expect(redis.get('x')).rejects.toThrow()
  expect(errors.length).toBeGreaterThan(0)
  redis.disconnect()
})
