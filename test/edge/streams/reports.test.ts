import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { leaseKey } from '#domain/viewer/lease'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { watch } from '../rig/watch.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/' },
      ts1: { origin: origin.url, base: '/ts1/', entry: 'mpegts', protocol: 'mpegts' },
    })
    origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body: '0123456789' })
    const body = '#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6,\nseg1.ts\n'
    origin.files.set('/hls/ch1/index.m3u8', { type: 'application/vnd.apple.mpegurl', body })
  })
})
afterAll(() => rig?.stop())

const open = async (
  channel: string,
  file: string,
  account = 'own:1',
): Promise<{ path: string; key: string }> => {
  const answer = await rig.get(`/live/${rig.ticket({ account })}/${channel}/${file}`)
  const path = answer.headers.get('location') ?? ''
  return { path, key: leaseKey(nodeCrypto, path.split('/')[2] ?? '', channel) }
}

test('a stream tells of its bytes while it runs, and at its end only of the rest', async () => {
  const { path, key } = await open('ts1', 'stream.ts')
  const viewer = await watch(rig.url + path)
  const running = () =>
    rig.stub.syncs.flatMap((it) => it.traffic).filter(([name, , count]) => name === key && !count)
  await until('reports of a running stream', () => running().length >= 5, 30_000)
  expect(viewer.state.endedAt).toBe(0)
  viewer.stop()
  const closed = () => rig.stub.syncs.flatMap((it) => it.closed).filter(([name]) => name === key)
  await until('the end', () => closed().length > 0)
  const told = running().reduce((sum, [, bytes]) => sum + bytes, 0)
  const rest = closed()[0]?.[1] ?? 0
  expect(closed()).toHaveLength(1)
  expect(told).toBeGreaterThan(viewer.state.bytes / 3)
  // Told twice it would be far more than was read; framing and what was under way are little.
  expect((told + rest) / viewer.state.bytes).toBeGreaterThan(0.95)
  expect((told + rest) / viewer.state.bytes).toBeLessThan(1.3)
})

test('sessions that are sent one copy in turn tell of their own bytes', async () => {
  const sessions = await Promise.all(
    ['own:2', 'own:3', 'own:4'].map((account) => open('ch1', 'index.m3u8', account)),
  )
  const bytes = new Map(sessions.map(({ key }) => [key, 0]))
  const ask = async (path: string, headers: Record<string, string>): Promise<number> =>
    Number((await rig.get(path, { headers })).headers.get('content-length'))
  for (let turn = 0; turn < 8; turn++)
    for (const [at, { path, key }] of sessions.entries()) {
      // More of each than of the one before it.
      const times = at + 1
      const headers = turn % 2 === 0 ? {} : { Range: 'bytes=0-' }
      for (let i = 0; i < times; i++)
        bytes.set(key, (bytes.get(key) ?? 0) + (await ask(path, headers)))
    }
  const told = (key: string): number =>
    rig.stub.syncs
      .flatMap((it) => it.traffic)
      .reduce((sum, [of, sent]) => (of === key ? sum + sent : sum), 0)
  // A head of some 300 bytes comes with each.
  for (const [at, { key }] of sessions.entries()) {
    const requests = 8 * (at + 1)
    const least = (bytes.get(key) ?? 0) + requests * 150
    await until(`bytes of session ${at}`, () => told(key) >= least)
    expect(told(key)).toBeLessThan((bytes.get(key) ?? 0) + requests * 600)
  }
})

test('a session ended for sharing is told of once, with the reason', async () => {
  const { path, key } = await open('ch1', 'index.m3u8')
  const ask = async (segment: string) => (await rig.get(path.replace('index.m3u8', segment))).reason
  // One that asks for the same over and over is no copy; twenty that go on from segment to segment are.
  for (let turn = 0; turn < 250; turn++) expect(await ask('seg1.ts')).toBeNull()
  let reason: string | null = null
  const begun = Date.now()
  await until(
    'the end',
    async () => {
      const segment = `seg${Math.floor((Date.now() - begun) / 2000)}.ts`
      for (let turn = 0; turn < 20 && reason !== 'session.cloned'; turn++)
        reason = await ask(segment)
      return reason === 'session.cloned'
    },
    60_000,
  )
  const ended = () => rig.stub.syncs.flatMap((it) => it.ended ?? [])
  await until('the report', () => ended().length > 0)
  const after = rig.stub.syncs.length + 2
  await until('two more syncs', () => rig.stub.syncs.length >= after)
  expect(ended()).toEqual([[key, 'session.cloned']])
})

test('a line of the traffic log that cannot be read takes no other with it, and those of an earlier release are read', async () => {
  const [before, after, old] = ['a'.repeat(16), 'b'.repeat(16), 'c'.repeat(16)]
  const lines = [
    `"${before}",123,`,
    `"${before.slice(0, 4)}`,
    `"${after}",7,`,
    `${old} 5 0.1 segment `,
  ]
  await appendFile(join(rig.dir, 'traffic.log'), `${lines.join('\n')}\n`)
  const rows = () => rig.stub.syncs.flatMap((it) => it.traffic)
  await until('the line after it', () => rows().some(([key]) => key === after))
  expect(rows().filter(([key]) => [before, after, old].includes(key))).toEqual([
    [before, 123, 1],
    [after, 7, 1],
    [old, 5, 1],
  ])
})

test('traffic of more sessions than control can take at once is told a part at a time, each of it once', async () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => `many${String(n).padStart(12, '0')}`)
  rig.stub.mostReports = 2000
  const rows = new Map<string, number>()
  const read = new Set<unknown>()
  try {
    await appendFile(join(rig.dir, 'traffic.log'), keys.map((key) => `"${key}",5,\n`).join(''))
    await until(
      'all of it',
      () => {
        for (const sync of rig.stub.syncs.filter((it) => !read.has(it))) {
          read.add(sync)
          for (const [key, bytes] of sync.traffic) rows.set(key, (rows.get(key) ?? 0) + bytes)
        }
        return keys.every((key) => rows.has(key))
      },
      60_000,
    )
  } finally {
    rig.stub.mostReports = Number.POSITIVE_INFINITY
  }
  expect(new Set(keys.map((key) => rows.get(key)))).toEqual(new Set([5]))
})
