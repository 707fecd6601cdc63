import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Admission } from '../../../control/sessions/model/session-store.ts'
import { startRedis, type TestRedis } from '../../support/programs/redis.ts'
import { checking, limitsWith, opening, type Plane, startPlane } from './sessions-support.ts'

let server: TestRedis
let plane: Plane
beforeAll(async () => {
  server = await startRedis()
  plane = await startPlane([server.url])
})
afterAll(async () => {
  await plane.stop()
  await server.stop()
})

const admittedKeys = (answers: readonly Admission[]): Set<string> =>
  new Set(answers.flatMap((answer) => (answer.outcome === 'admitted' ? [answer.key] : [])))

const hard = (maxStreams: number) => limitsWith({ maxStreams, limitation: 'hard' })

describe('200 parallel openings of an account of 2 admit exactly 2', () => {
  const rounds = Array.from({ length: 12 }, (_, round) => round)

  test.each(rounds)('from 200 devices, round %i', async (round) => {
    const { store } = plane.sessions
    const requests = Array.from({ length: 200 }, (_, at) =>
      opening(`own:many${round}`, `d${at}`, { limits: hard(2), player: `box${at}` }),
    )
    const answers = await Promise.all(requests.map((request) => store.open(request)))
    expect(answers.filter(({ outcome }) => outcome === 'admitted')).toHaveLength(2)
  })

  test.each(rounds)('from one device on one channel, round %i', async (round) => {
    const { store } = plane.sessions
    const requests = Array.from({ length: 200 }, (_, at) =>
      opening(`own:same${round}`, `s${at}`, { limits: hard(2) }),
    )
    const answers = await Promise.all(requests.map((request) => store.open(request)))
    // One press, however often it is sent: all of them go on with the first one's session.
    expect(admittedKeys(answers).size).toBe(1)
    expect(await store.ofAccount(`own:same${round}`)).toHaveLength(1)
  })

  test.each(rounds)('from one device on 12 channels, round %i', async (round) => {
    const { store } = plane.sessions
    const requests = Array.from({ length: 200 }, (_, at) =>
      opening(`own:zap${round}`, `z${at}`, { limits: hard(2), channel: `ch${at % 12}` }),
    )
    const answers = await Promise.all(requests.map((request) => store.open(request)))
    expect(admittedKeys(answers).size).toBe(2)
    expect(await store.ofAccount(`own:zap${round}`)).toHaveLength(2)
  })

  test('from two control planes in processes of their own', async () => {
    const run = (name: string) => {
      const child = spawn(
        process.execPath,
        [
          '--import',
          'tsx',
          'test/redis/sessions/sessions-race-child.ts',
          server.url,
          'own:two',
          name,
          '100',
        ],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      )
      let text = ''
      const waiting: (() => void)[] = []
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        for (const wake of waiting) wake()
      })
      const heard = (word: string) =>
        new Promise<string>((resolve) => {
          const look = () => text.includes(word) && resolve(text)
          waiting.push(look)
          look()
        })
      return { child, heard }
    }
    const children = [run('a'), run('b')]
    await Promise.all(children.map(({ heard }) => heard('ready')))
    for (const { child } of children) child.stdin.write('go\n')
    const texts = await Promise.all(children.map(({ heard }) => heard('admitted')))
    const admitted = texts.map((text) => Number(/admitted (\d+)/.exec(text)?.[1]))
    expect(admitted.reduce((sum, one) => sum + one, 0)).toBe(2)
  })
})

describe('an opening', () => {
  test('that is sent again gets the slot it already has', async () => {
    const { store } = plane.sessions
    const request = opening('own:again', 'x', { limits: hard(1) })
    const first = await store.open(request)
    const second = await store.open(request)
    expect(first).toMatchObject({ outcome: 'admitted', isKnown: false })
    expect(second).toMatchObject({ outcome: 'admitted', isKnown: true, sid: 'sid-x' })
    expect(await store.ofAccount('own:again')).toHaveLength(1)
  })

  test('takes the slot over that its device has reserved and not started', async () => {
    const { store } = plane.sessions
    const first = opening('own:take', '1', { limits: hard(1), channel: 'one' })
    const next = opening('own:take', '2', { limits: hard(1), channel: 'two' })
    await store.open(first)
    expect(await store.open(next)).toMatchObject({ outcome: 'admitted', sid: 'sid-2' })
    expect((await store.ofAccount('own:take')).map(({ channel }) => channel)).toEqual(['two'])
  })

  test('over a hard cap is refused and its device banned on the channel for the ban clock', async () => {
    const { store } = plane.sessions
    const { bans } = plane.sessions
    const limits = { ...hard(1), banMs: 3_600_000 }
    const first = opening('own:over', '1', { limits, player: 'a' })
    await store.open(first)
    await store.renew({ edge: 'e1', seen: [first.key] })
    const refused = await store.open(opening('own:over', '2', { limits, player: 'b' }))
    expect(refused).toMatchObject({ outcome: 'refused', reason: 'cap.streams' })
    await store.close([first.key])
    const again = await store.open(opening('own:over', '3', { limits, player: 'b' }))
    expect(again).toMatchObject({ outcome: 'refused', reason: 'ban.device' })
    expect(again.outcome === 'refused' && again.denyUntil - Date.now()).toBeGreaterThan(3_500_000)
    const other = await store.open(
      opening('own:over', '4', { limits, player: 'b', channel: 'two' }),
    )
    expect(other.outcome).toBe('admitted')
    const ban = bans.list().find(({ subject }) => subject.startsWith('own:over|one|'))
    expect(ban).toMatchObject({ kind: 'device', by: 'cap', reason: 'cap.streams' })
    expect(await bans.unban('device', ban?.subject ?? '')).toBe(true)
    await store.close([opening('own:over', '4', { limits }).key])
    const freed = await store.open(opening('own:over', '5', { limits, player: 'b' }))
    expect(freed.outcome).toBe('admitted')
  })
})

describe('a renewal', () => {
  test('reports keys nobody knows, so that the edge asks again with the pass', async () => {
    const { store } = plane.sessions
    const result = await store.renew({ edge: 'e1', seen: ['AAAAAAAAAAAAAAAA'] })
    expect(result).toEqual({ kill: [], drop: ['AAAAAAAAAAAAAAAA'] })
  })

  test('counts bytes and requests, and applies a cap that was lowered', async () => {
    const { store } = plane.sessions
    const limits = hard(2)
    const [a, b] = [1, 2].map((at) =>
      opening('own:lower', `${at}`, { limits, player: `p${at}`, channel: `c${at}` }),
    )
    if (!a || !b) throw new Error('two openings')
    await store.open(a)
    await store.open(b)
    const seen = [a.key, b.key]
    await store.renew({ edge: 'e1', seen, traffic: [[a.key, 5_000, 2]] })
    await store.renew({ edge: 'e1', seen, traffic: [[a.key, 1_000, 1]] })
    const before = await store.ofAccount('own:lower')
    expect(before.find(({ id }) => id === a.key)).toMatchObject({ bytes: 6_000, requests: 3 })
    await store.setLimits('own:lower', hard(1))
    const result = await store.renew({ edge: 'e1', seen })
    expect(result.kill).toMatchObject([{ key: b.key, reason: 'cap.streams' }])
    expect((await store.ofAccount('own:lower')).map(({ id }) => id)).toEqual([a.key])
    expect(plane.ends.some(({ session }) => session.id === b.key)).toBe(true)
  })
})

describe('a pass from another network', () => {
  const limits = hard(1)

  test('takes the session over when it has been silent for 10 seconds', async () => {
    const { store } = plane.sessions
    const open = opening('own:roam', '1', { limits })
    await store.open(open)
    await store.renew({ edge: 'e1', seen: [open.key] })
    const roamed = checking(open, { network: '198.51.100.9', device: 'mobile', silentMs: 12_000 })
    expect(await store.check(roamed)).toMatchObject({ outcome: 'admitted', key: open.key })
    const [session] = await store.ofAccount('own:roam')
    expect(session).toMatchObject({ network: '198.51.100.9', sid: 'sid-1' })
  })

  test('is a second player otherwise, and counts', async () => {
    const { store } = plane.sessions
    const open = opening('own:clone', '1', { limits })
    await store.open(open)
    await store.renew({ edge: 'e1', seen: [open.key] })
    const clone = checking(open, { network: '198.51.100.9', device: 'other', silentMs: 2_000 })
    expect(await store.check(clone)).toMatchObject({ outcome: 'refused', reason: 'session.cloned' })
    await store.setLimits('own:clone', hard(2))
    expect(await store.check(clone)).toMatchObject({ outcome: 'admitted', key: clone.cloneKey })
    expect(await store.ofAccount('own:clone')).toHaveLength(2)
  })

  test('of the other address family within seconds is the same home', async () => {
    const { store } = plane.sessions
    const open = opening('own:dual', '1', { limits })
    await store.open(open)
    await store.renew({ edge: 'e1', seen: [open.key] })
    const six = checking(open, { network: '2001:db8:1:2::', device: 'six', silentMs: 2_000 })
    expect(await store.check(six)).toMatchObject({ outcome: 'admitted', key: six.cloneKey })
    const renewed = await store.renew({ edge: 'e1', seen: [open.key, six.cloneKey] })
    expect(renewed).toEqual({ kill: [], drop: [] })
  })
})
