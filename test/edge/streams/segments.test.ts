import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leaseKey } from '#domain/viewer/lease'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const HOME = '203.0.113.5'
const AWAY = '198.51.100.9'

describe.each([
  { where: 'in place', judgedInPlace: 200 },
  { where: 'one hop away', judgedInPlace: 0 },
])('segments judged $where', ({ judgedInPlace }) => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig(
      (stub, origin) => {
        stub.policy = {
          ...stub.policy,
          groups: [group('all', { isDefault: true }), group('boxes', { redirect: 'inferred' })],
        }
        const groups = ['all', 'boxes']
        stub.tables.channels.rows = channelRows({
          ch1: { origin: origin.url, base: '/hls/ch1/', groups },
        })
        for (const name of ['1.ts', 'a,b.ts', 'c%20d%3F%23.ts'])
          origin.files.set(`/hls/ch1/sub/${name}`, { type: 'video/mp2t', body: 'data' })
      },
      (it) => ({ ...it, judgedInPlace }),
    )
  })
  afterAll(() => rig?.stop())

  const open = async (account: string) => {
    const answer = await rig.get(`/live/${rig.ticket({ account })}/ch1/index.m3u8`, { from: HOME })
    const root = (answer.headers.get('location') ?? '').replace('index.m3u8', '')
    return { root, key: leaseKey(nodeCrypto, root.split('/')[2] ?? '', 'ch1') }
  }

  test('come from the origin, which sees no pass, and whatever its manifests ask for', async () => {
    const { root } = await open('own:1')
    const answer = await rig.get(`${root}sub/1.ts?n=1&token=t&Pass=p&m=2`, { from: HOME })
    expect([answer.status, answer.text]).toEqual([200, 'data'])
    for (const name of ['a,b.ts?token=t', 'c%20d%3F%23.ts'])
      expect((await rig.get(`${root}sub/${name}`, { from: HOME })).status).toBe(200)
    const pass = root.split('/')[2] ?? '-'
    const seen = rig.origin.seen.slice(-3)
    const wanted = ['1.ts?n=1&token=t&Pass=p&m=2', 'a,b.ts?token=t', 'c%20d%3F%23.ts']
    expect(seen.map((it) => it.url)).toEqual(wanted.map((it) => `/hls/ch1/sub/${it}`))
    expect(JSON.stringify(seen)).not.toContain(pass)
  })

  test.each(['caf%E9.ts', '%C0%AFx.ts', 'a+b%20%2B.ts'])(
    'are asked for by the same bytes: %s',
    async (name) => {
      const { root } = await open('own:bytes')
      const ticket = rig.ticket({ account: 'own:bytes', group: 'boxes' })
      await rig.get(`/live/${ticket}/ch1/index.m3u8`, { from: HOME })
      for (const at of [root, `/live/${ticket}/ch1/`]) {
        rig.origin.seen.length = 0
        await rig.get(`${at}sub/${name}`, { from: HOME })
        expect(
          rig.origin.seen.map((it) => it.url),
          at,
        ).toEqual([`/hls/ch1/sub/${name}`])
        const unclear = await rig.get(`${at}sub/..%c0%af${name}`, { from: HOME })
        expect([unclear.status, unclear.reason], at).toEqual([403, 'path.outside'])
      }
    },
  )

  test('cost a question only where the session is not known here', async () => {
    const { root } = await open('own:2')
    const asked = rig.stub.count('/check')
    expect((await rig.get(`${root}sub/1.ts`, { from: HOME })).status).toBe(200)
    expect(rig.stub.count('/check')).toBe(asked)
    expect((await rig.get(`${root}sub/1.ts`, { from: AWAY })).status).toBe(200)
    expect(rig.stub.count('/check')).toBe(asked + 1)
    rig.stub.checkRefusal = { reason: 'session.cloned', denyTtl: 30 }
    const refused = await rig.get(`${root}sub/1.ts`, { from: '192.0.2.77' })
    rig.stub.checkRefusal = null
    expect([refused.status, refused.reason]).toEqual([403, 'session.cloned'])
    expect(refused.text).toBe('session.cloned\n')
  })

  test('of an ended session are refused, with the reason', async () => {
    const { root, key } = await open('own:3')
    expect((await rig.get(`${root}sub/1.ts`, { from: HOME })).status).toBe(200)
    rig.stub.next = { kill: [key] }
    await until(
      'the refusal',
      async () => (await rig.get(`${root}sub/1.ts`, { from: HOME })).status === 403,
      10_000,
    )
    const refused = await rig.get(`${root}sub/1.ts`, { from: HOME })
    expect([refused.status, refused.reason]).toEqual([403, 'ban.session'])
    expect((await rig.get(`${root}../../x/1.ts`, { from: HOME })).status).toBe(403)
  })

  test('are counted as their session’s', async () => {
    const { root, key } = await open('own:4')
    const bytes = (): number =>
      rig.stub.syncs
        .flatMap((it) => it.traffic)
        .reduce((sum, [of, sent]) => (of === key ? sum + sent : sum), 0)
    expect((await rig.get(`${root}sub/1.ts`, { from: HOME })).status).toBe(200)
    await until('its bytes', () => bytes() > 4)
  })

  test('are counted as their own session’s where more play than a JavaScript context remembers', async () => {
    const sessions: Awaited<ReturnType<typeof open>>[] = []
    for (let at = 0; at < 300; at += 20) {
      const more = Array.from({ length: 20 }, (_, i) => open(`own:many-${at + i}`))
      sessions.push(...(await Promise.all(more)))
    }
    const get = async ({ root }: { root: string }) =>
      await rig.get(`${root}sub/1.ts`, { from: HOME })
    for (let turn = 0; turn < 2; turn += 1)
      for (let at = 0; at < sessions.length; at += 20) {
        const answers = await Promise.all(sessions.slice(at, at + 20).map(get))
        expect(new Set(answers.map((it) => it.status))).toEqual(new Set([200]))
      }
    const counted = (): number => {
      const keys = new Set(rig.stub.syncs.flatMap((it) => it.traffic).map(([key]) => key))
      return sessions.filter(({ key }) => keys.has(key)).length
    }
    await until('the bytes of each', () => counted() === sessions.length)
  })

  test('come from where their channel lies now', async () => {
    const { root } = await open('own:5')
    rig.origin.files.set('/hls/moved/sub/1.ts', { type: 'video/mp2t', body: 'moved' })
    const get = async () => (await rig.get(`${root}sub/1.ts`, { from: HOME })).text
    expect(await get()).toBe('data')
    const { channels } = rig.stub.tables
    channels.rows = channelRows({ ch1: { origin: rig.origin.url, base: '/hls/moved/' } })
    channels.version = 'c2'
    await until('the table', () => rig.stub.syncs.at(-1)?.have.channels === 'c2')
    await until('the new place', async () => (await get()) === 'moved')
  })
})
