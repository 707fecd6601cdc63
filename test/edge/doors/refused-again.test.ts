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
    stub.policy = { ...stub.policy, groups: [group('all')] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
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
  await until('the news', () => rig.stub.syncs.length > before + 1)
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

test('what is given again has the headers of what was judged', async () => {
  const path = `/live/${rig.ticket({ account: 'own:6', download: 'EECECwQFBgcICQoL' })}/ch1/index.m3u8`
  rig.stub.refusal = full
  const answers = []
  for (let turn = 0; turn < 60; turn += 1) answers.push(await rig.get(path, player('Lavf/3')))
  rig.stub.refusal = null
  const seen = answers.map(({ status, text, headers }) => {
    const kept = [...headers].filter(([name]) => name !== 'date' && name !== 'content-length')
    return JSON.stringify([status, text, kept])
  })
  expect(new Set(seen).size).toBe(1)
  expect(seen[0]).toContain('no-store')
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

test('one refused segment asked for over and over closes the connection; lists, other segments and the next second are told why', async () => {
  const pass = stubPass(rig.stub, 'ch1', { account: 'own:8' })
  const ban: [string, number, string] = [
    leaseKey(nodeCrypto, pass, 'ch1'),
    Date.now() + 60_000,
    'session.ended',
  ]
  const root = `/s/${pass}/ch1/`
  const ask = async (name: string) =>
    await rig.get(root + name, player('GStreamer')).then(
      ({ status }) => status,
      () => 'closed',
    )
  rig.stub.next = { bans: { cursor: 'stub.8', full: false, set: [ban], clear: [] } }
  await until('the end', async () => (await ask('index.m3u8')) === 410)
  const many = async (name: string) => {
    const answers = []
    for (let turn = 0; turn < 60; turn += 1) answers.push(await ask(name))
    return answers
  }
  const segments = await many('7.ts')
  expect(segments[0]).toBe(410)
  expect(new Set(segments)).toEqual(new Set([410, 'closed']))
  expect(new Set(await many('index.m3u8'))).toEqual(new Set([410]))
  expect(await ask('8.ts')).toBe(410)
  await until('a turn', async () => (await ask('7.ts')) === 410)
})
