import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { leaseKey } from '#domain/viewer/lease'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { startOrigin, type TestOrigin } from '../rig/origin.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { stubPass } from '../rig/stub-control.ts'
import { channelRows, group } from '../rig/tables.ts'

const HLS = 'application/vnd.apple.mpegurl'
const FROM = '198.51.100.7'
let rig: Rig
let away: TestOrigin
let root = ''

const fill = (origin: TestOrigin): void => {
  origin.files.set('/hls/ch1/index.m3u8', { type: HLS, body: '#EXTM3U\n/hls/ch1/1.ts\n' })
  origin.files.set('/hls/ch1/1.ts', { type: 'video/mp2t', body: Buffer.alloc(200_000) })
}

beforeAll(async () => {
  away = await startOrigin()
  fill(away)
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [
        group('all', { failMode: 'closed' }),
        group('shown', { failMode: 'closed', slates: 'en' }),
      ],
    }
    const groups = ['all', 'shown']
    stub.tables.channels.rows = channelRows({
      ch1: { origin: away.url, base: '/hls/ch1/', groups },
      ch2: { origin: origin.url, base: '/hls/ch1/', groups },
      ts1: { origin: origin.url, base: '/ts1/', entry: 'mpegts', protocol: 'mpegts', groups },
      ts2: { origin: away.url, base: '/ts2/', entry: 'mpegts', protocol: 'mpegts', groups },
    })
    fill(origin)
  })
})
beforeEach(async () => {
  root = await play('ch1')
})
afterAll(async () => {
  await rig?.stop()
  await away?.stop()
})

const play = async (channel: string): Promise<string> => {
  const pass = stubPass(rig.stub, channel, { account: 'own:wait', fail: 'closed' })
  rig.stub.known.add(leaseKey(nodeCrypto, pass, channel))
  return `/s/${pass}/${channel}/`
}

const comeBack = async (): Promise<void> => {
  away = await startOrigin(away.port)
  fill(away)
}

const timed = async (path: string) => {
  const began = Date.now()
  const answer = await rig.get(path, { from: FROM })
  return { ...answer, seconds: (Date.now() - began) / 1000 }
}

test('a reload and a segment wait for an origin that restarts, and arrive rewritten', async () => {
  expect((await rig.get(`${root}index.m3u8`, { from: FROM })).status).toBe(200)
  await away.stop()
  const answers = Promise.all(['index.m3u8?n=1', '1.ts'].map((file) => timed(root + file)))
  await pause(300)
  await comeBack()
  const [list, segment] = await answers
  expect(list?.text).toBe('#EXTM3U\n1.ts\n')
  expect([list?.status, segment?.status]).toEqual([200, 200])
  expect(segment?.text.length).toBe(200_000)
  expect(list?.seconds).toBeLessThan(4)
}, 60_000)

test('an origin that stays away is given up after 4.5 s', async () => {
  await away.stop()
  const answer = await timed(`${root}index.m3u8?n=2`)
  await comeBack()
  expect(answer.status).toBe(502)
  expect(answer.seconds).toBeGreaterThan(4)
  expect(answer.seconds).toBeLessThan(8)
}, 60_000)

test('a player nobody knows here waits for control, then for nothing', async () => {
  const other = await play('ch2')
  await rig.stub.stop()
  const answers = Promise.all(['index.m3u8', '1.ts'].map((file) => timed(other + file)))
  await pause(300)
  await rig.restartControl()
  expect((await answers).map(({ status }) => status)).toEqual([200, 200])
  const third = await play('ch2')
  await rig.stub.stop()
  const refused = await timed(`${third}index.m3u8`)
  await rig.restartControl()
  expect([refused.status, refused.reason]).toEqual([503, 'control.unavailable'])
  expect(refused.seconds).toBeGreaterThan(4)
}, 60_000)

test('a segment of DASH that is not there yet is looked for twice more, any other is not', async () => {
  expect((await rig.get(`${root}index.m3u8`, { from: FROM })).status).toBe(200)
  const coming = timed(`${root}2.m4s`)
  const missing = timed(`${root}3.m4s?n=1`)
  const other = await timed(`${root}2.ts`)
  away.files.set('/hls/ch1/2.m4s', { type: 'video/iso.segment', body: 'late' })
  expect([other.status, (await coming).status, (await coming).text]).toEqual([404, 200, 'late'])
  expect([(await missing).status, (await missing).text]).toEqual([
    404,
    'the origin has no such thing\n',
  ])
  expect((await missing).seconds).toBeGreaterThanOrEqual(2.4)
}, 60_000)

test('an initialization segment that is not there, or a file without a number, is asked for once', async () => {
  const names = [
    'v/init-1.mp4',
    'Init_7.m4s?a=5',
    'film.mp4?of=all',
    'init/4.m4s?sig=a/b',
    '5.m4s?a',
    'infinity-8.m4s',
  ]
  const asked = async (name: string) => {
    expect((await rig.get(root + name, { from: FROM })).status).toBe(404)
    return away.seen.filter(({ url }) => url === `/hls/ch1/${name}`).length
  }
  expect(await Promise.all(names.map(asked))).toEqual([1, 1, 1, 3, 3, 3])
}, 60_000)

test('more connections than a player has come slowly, none is refused', async () => {
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, n) => timed(`${root}1.ts?n=${n}`)),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200))
}, 60_000)

/** Opens a channel on an account of its own, the `n`th. */
const openAs = async (groupName: string, n: number) => {
  const claims = { account: `own:late${n}`, group: groupName, download: `${n}BECAwQFBgcICQoL` }
  return await timed(`/live/${rig.ticket(claims)}/ch2/index.m3u8`)
}

/** Takes the head of a running stream and leaves. */
const streamed = async (path: string): Promise<number> => {
  const leave = new AbortController()
  const headers = { 'X-Forwarded-For': FROM }
  const { status } = await fetch(rig.url + path, { headers, signal: leave.signal })
  leave.abort()
  return status
}
test('openings of HLS and MPEG-TS, and a stream nobody knows here, wait for control', async () => {
  const pass = stubPass(rig.stub, 'ts1', {
    account: 'own:stream',
    fail: 'closed',
    protocol: 'mpegts',
  })
  rig.stub.known.add(leaseKey(nodeCrypto, pass, 'ts1'))
  const ticket = (account: string) =>
    rig.ticket({ account, download: `${account.slice(-1)}AECAwQFBgcICQoL` })
  await rig.stub.stop()
  const began = Date.now()
  const openings = ['ch2/index.m3u8', 'ts1/mpegts', 'ts1/stream.ts'].map((entry, n) =>
    timed(`/live/${ticket(`own:wait${n}`)}/${entry}`),
  )
  const stream = streamed(`/s/${pass}/ts1/mpegts`)
  await pause(300)
  await rig.restartControl()
  expect(
    (await Promise.all(openings)).map(({ status, reason, seconds }) => [status, reason, seconds]),
  ).toEqual([302, 302, 302].map((s) => [s, null, expect.any(Number)]))
  expect(await stream).toBe(200)
  expect(Date.now() - began).toBeLessThan(6_000)
}, 60_000)

test('a stream waits for an origin that restarts', async () => {
  const pass = stubPass(rig.stub, 'ts2', {
    account: 'own:stream2',
    fail: 'closed',
    protocol: 'mpegts',
  })
  rig.stub.known.add(leaseKey(nodeCrypto, pass, 'ts2'))
  await away.stop()
  const stream = streamed(`/s/${pass}/ts2/mpegts`)
  await pause(300)
  await comeBack()
  expect(await stream).toBe(200)
}, 60_000)

test('an opening that waited for control in vain is refused as before', async () => {
  await rig.stub.stop()
  const opening = await timed(`/live/${rig.ticket({ account: 'own:vain' })}/ch2/index.m3u8`)
  await rig.restartControl()
  expect([opening.status, opening.reason]).toEqual([503, 'control.unavailable'])
  expect(opening.seconds).toBeGreaterThan(3)
  expect(opening.seconds).toBeLessThan(8)
}, 60_000)

test('an opening that waited for control twice, and is refused by it then, is told why', async () => {
  await rig.stub.stop()
  const began = Date.now()
  const first = openAs('all', 0)
  // The first that finds control there again opens the way for the others.
  await pause(300)
  const second = openAs('shown', 1)
  await until('the second turn', () => Date.now() - began > 2_000)
  rig.stub.refusal = { status: 403, reason: 'cap.streams', denyTtl: 0 }
  await rig.restartControl()
  const [plain, shown] = await Promise.all([first, second])
  rig.stub.refusal = null
  expect([plain.status, plain.reason]).toEqual([403, 'cap.streams'])
  expect([shown.status, shown.reason]).toEqual([200, 'cap.streams'])
  expect(shown.text).toContain('#EXT-X-ENDLIST')
}, 60_000)

test('ten openings and ten players nobody knows, whose last turn comes just as control is back, are all let in', async () => {
  const roots = await Promise.all(Array.from({ length: 10 }, () => play('ch2')))
  await rig.stub.stop()
  const began = Date.now()
  const openings = roots.map((_, n) => openAs('all', n))
  // A player has three turns of which the last comes 4.5 s after the first, an opening has two and 3.5 s.
  const reloads = roots.map((it) => timed(`${it}index.m3u8`))
  await until('the last turn', () => Date.now() - began > 2_800)
  // The first question is still being thought about when the others come.
  rig.stub.thinkMs = 300
  await rig.restartControl()
  expect((await Promise.all(openings)).map(({ status }) => status)).toEqual(roots.map(() => 302))
  expect((await Promise.all(reloads)).map(({ status }) => status)).toEqual(roots.map(() => 200))
  rig.stub.thinkMs = 0
}, 60_000)
