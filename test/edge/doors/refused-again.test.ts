import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVERYTHING } from '#domain/channels/protocol'
import { leaseKey } from '#domain/viewer/lease'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type GetOptions, type Rig, startRig } from '../rig/rig.ts'
import { stubPass } from '../rig/stub-control.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [group('all'), { ...group('films'), slates: 'en', isDefault: false }],
    }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    stub.identities.set('alice', { account: 'own:20', group: 'all' })
    origin.files.set('/hls/ch1/index.m3u8', { type: 'text/plain', body: '#EXTM3U\n1.ts\n' })
  })
})
afterAll(() => rig?.stop())

const full = { status: 403, reason: 'cap.streams', denyTtl: 600 }
const FROM = '198.51.100.20'
const player = (agent: string, more: GetOptions = {}): GetOptions => ({
  from: FROM,
  headers: { 'User-Agent': agent },
  ...more,
})

/** Asks as a player does that hammers: at once again, for as long as a refusal is kept without being judged. */
const hammer = async (path: string, options: GetOptions, times = 120): Promise<Set<string>> => {
  const seen = new Set<string>()
  for (let turn = 0; turn < times; turn += 1) {
    const { status, reason } = await rig.get(path, options)
    seen.add(`${status} ${reason}`)
  }
  return seen
}

const lift = async (keys: readonly string[]): Promise<void> => {
  const before = rig.stub.syncs.length
  rig.stub.next = { bans: { cursor: 'stub.9', full: false, set: [], clear: [...keys] } }
  await until('the news', () =>
    rig.stub.syncs.slice(before).some(({ have }) => have.bans === 'stub.9'),
  )
}

test('a player that hammers is told the same each time and control is asked once', async () => {
  const path = `/live/${rig.ticket()}/ch1/index.m3u8`
  rig.stub.refusal = full
  const before = rig.stub.count('/open')
  expect(await hammer(path, player('Lavf/1'))).toEqual(new Set(['403 cap.streams']))
  expect(rig.stub.count('/open')).toBe(before + 1)
  rig.stub.refusal = null
  // Nobody else is refused by it: another player, another address, the same player's other channel copy.
  const others: readonly [string, GetOptions][] = [
    [path, player('VLC/3')],
    [path, player('Lavf/1', { from: '198.51.100.21' })],
    [
      `/live/${rig.ticket({ account: 'own:2', download: 'BBECAwQFBgcICQoL' })}/ch1/index.m3u8`,
      player('Lavf/1'),
    ],
  ]
  for (const [address, options] of others)
    expect((await rig.get(address, options)).status).toBe(302)
  expect((await rig.get(path, player('Lavf/1'))).status).toBe(403)
  await lift([EVERYTHING])
  expect((await rig.get(path, player('Lavf/1'))).status).toBe(302)
})

test('a playback id or a header that tells players apart is part of who is refused', async () => {
  const path = `/live/${rig.ticket({ account: 'own:3', download: 'CCECAwQFBgcICQoL' })}/ch1/index.m3u8`
  rig.stub.refusal = { ...full, denyTtl: 0 }
  const named = (id: string): GetOptions => ({
    from: FROM,
    headers: { 'User-Agent': 'AppleCoreMedia/1', 'X-Playback-Session-Id': id },
  })
  await hammer(path, named('one'), 5)
  rig.stub.refusal = null
  expect((await rig.get(path, named('two'))).status).toBe(302)
})

test('an ended session is refused with its reason, and plays on as soon as its ban is lifted', async () => {
  const pass = stubPass(rig.stub, 'ch1', { account: 'own:4' })
  const key = leaseKey(nodeCrypto, pass, 'ch1')
  rig.stub.known.add(key)
  const path = `/s/${pass}/ch1/index.m3u8`
  expect((await rig.get(path, { from: FROM })).status).toBe(200)
  const ban: [string, number, string] = [key, Date.now() + 60_000, 'session.ended']
  rig.stub.next = { kill: [key], bans: { cursor: 'stub.8', full: false, set: [ban], clear: [] } }
  await until('the end', async () => (await rig.get(path, { from: FROM })).status === 410)
  const asked = rig.stub.count('/check')
  expect(await hammer(path, { from: FROM })).toEqual(new Set(['410 session.ended']))
  expect(rig.stub.count('/check')).toBe(asked)
  await lift([key])
  expect((await rig.get(path, { from: FROM })).status).toBe(200)
})

test('what is refused of itself is let in with what it lacked', async () => {
  const path = `/live/${rig.ticket({ account: 'own:5', download: 'DDECAwQFBgcICQoL' })}/later/index.m3u8`
  rig.stub.refusal = { status: 404, reason: 'channel.unknown', denyTtl: 0 }
  expect(await hammer(path, player('Lavf/2'), 10)).toEqual(new Set(['404 channel.unknown']))
  rig.stub.refusal = null
  rig.stub.tables.channels.rows.set(
    'later',
    channelRows({ later: { origin: rig.origin.url, base: '/hls/ch1/' } }).get('later') ?? '',
  )
  expect((await rig.get(path, player('Lavf/2'))).status).toBe(302)
})

const films = (account: string, language: string, more: Readonly<Record<string, string>> = {}) => ({
  path: `/live/${rig.ticket({ group: 'films', account })}/ch1/index.m3u8`,
  options: player('Lavf/4', {
    headers: { 'User-Agent': 'Lavf/4', 'Accept-Language': language, ...more },
  }),
})
test.each([
  [
    'a status',
    () => ({
      path: `/live/${rig.ticket({ account: 'own:6', download: 'EECECwQFBgcICQoL' })}/ch1/index.m3u8`,
      options: player('Lavf/3'),
    }),
    full,
  ],
  ['a status of its own', () => films('own:10', 'en'), { status: 410, reason: 'session.idle' }],
  ['a clip', () => films('own:11', 'en'), full],
  ['a clip in Russian', () => films('own:12', 'ru'), { status: 403, reason: 'ban.account' }],
  ['a clip as a range', () => films('own:13', 'en', { Range: 'bytes=0-' }), full],
  ['a clip, some of it', () => films('own:14', 'ru', { Range: 'bytes=5-9' }), full],
] as const)(
  '%s that is given again has the headers of what was judged',
  async (_, asked, refusal) => {
    const { path, options } = asked()
    rig.stub.refusal = { denyTtl: 600, ...refusal }
    const answers = []
    for (let turn = 0; turn < 60; turn += 1) answers.push(await rig.get(path, options))
    rig.stub.refusal = null
    const seen = answers.map(({ status, text, headers }) => {
      const kept = [...headers].filter(([name]) => name !== 'date' && name !== 'content-length')
      return JSON.stringify([status, text, kept])
    })
    expect([...new Set(seen)]).toHaveLength(1)
    expect(seen[0]).toContain('no-store')
    expect(seen[0]).toContain(refusal.reason)
  },
)

test('a clip of MPEG-TS is not sent over and over to a player that does not show it, and to others it is', async () => {
  const { path, options } = films('own:15', 'en')
  const stream = path.replace('index.m3u8', 'stream.ts')
  rig.stub.refusal = full
  const answers = []
  for (let turn = 0; turn < 60; turn += 1) answers.push(await rig.get(stream, options))
  const clips = answers.filter(({ status }) => status === 200)
  expect(new Set(clips.map(({ text }) => text.length > 10_000))).toEqual(new Set([true]))
  // What control itself refused, and eight by the edge.
  expect(clips).toHaveLength(9)
  expect(new Set(answers.map(({ reason }) => reason))).toEqual(new Set(['cap.streams']))
  const { status, headers } = answers.at(-1) ?? {}
  expect([status, headers?.get('cache-control')]).toEqual([403, 'no-store'])
  for (const [asked, as] of [
    [stream, player('VLC/3')],
    [films('own:16', 'en').path.replace('index.m3u8', 'stream.ts'), options],
  ] as const)
    expect((await rig.get(asked, as)).status).toBe(200)
  rig.stub.refusal = null
})

test('what was posted is part of who is refused', async () => {
  const post = async (password: string) =>
    await rig.get('/timeshift.php', {
      method: 'POST',
      body: `username=alice&password=${password}&stream=ch1&start=${Math.floor(Date.now() / 1000) - 600}`,
      from: '198.51.100.23',
      headers: { 'User-Agent': 'Box/2', 'Content-Type': 'application/x-www-form-urlencoded' },
    })
  rig.stub.refusal = full
  for (let turn = 0; turn < 120; turn += 1) expect((await post('wrong')).status).toBe(403)
  rig.stub.refusal = null
  expect(await post('right').then(({ status, reason }) => [status, reason])).toEqual([302, null])
})

test('a stream that is asked over and over is refused by nginx alone, and its player is let in again', async () => {
  const pass = stubPass(rig.stub, 'ch1', { account: 'own:7', protocol: 'mpegts' })
  const key = leaseKey(nodeCrypto, pass, 'ch1')
  const ban: [string, number, string] = [key, Date.now() + 60_000, 'session.ended']
  const path = `/s/${pass}/ch1/mpegts`
  rig.stub.next = { bans: { cursor: 'stub.7', full: false, set: [ban], clear: [] } }
  await until('the end', async () => (await rig.get(path, { from: FROM })).status === 410)
  const seen = await hammer(path, { from: FROM }, 60)
  seen.delete('410 session.ended')
  // What it was told before the end came may be told once more within the second.
  seen.delete('403 session.unknown')
  expect([...seen]).toEqual(['429 rate.limited'])
  // Another address is told why.
  expect((await rig.get(path, { from: '198.51.100.22' })).reason).toBe('session.ended')
  await until('a turn', async () => (await rig.get(path, { from: FROM })).status === 410)
})

test('one refused segment asked for over and over closes the connection once a second; whoever asks on is told why, as lists and other segments are', async () => {
  const pass = stubPass(rig.stub, 'ch1', { account: 'own:8' })
  const ban: [string, number, string] = [
    leaseKey(nodeCrypto, pass, 'ch1'),
    Date.now() + 60_000,
    'session.ended',
  ]
  const root = `/s/${pass}/ch1/`
  const ask = async (name: string) =>
    await rig.get(root + name, player('GStreamer')).then(
      ({ status, reason }) => `${status} ${reason}`,
      () => 'closed',
    )
  const ended = '410 session.ended'
  rig.stub.next = { bans: { cursor: 'stub.8', full: false, set: [ban], clear: [] } }
  await until('the end', async () => (await ask('index.m3u8')) === ended)
  const many = async (name: string) => {
    const began = Date.now()
    const answers = []
    for (let turn = 0; turn < 60; turn += 1) answers.push(await ask(name))
    return { answers, seconds: (Date.now() - began) / 1000 }
  }
  const { answers, seconds } = await many('7.ts')
  expect(answers[0]).toBe(ended)
  expect(new Set(answers)).toEqual(new Set([ended, 'closed']))
  expect(answers.filter((it) => it === 'closed').length).toBeLessThanOrEqual(Math.ceil(seconds) + 1)
  expect(new Set((await many('index.m3u8')).answers)).toEqual(new Set([ended]))
  expect(await ask('8.ts')).toBe(ended)
})
