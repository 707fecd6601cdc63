import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { banKey, leaseKey } from '#domain/viewer/lease'
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
    origin.files.set('/hls/ch1/index.m3u8', {
      type: 'application/x-mpegurl',
      body: '#EXTM3U\nseg1.ts\n',
    })
    origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body: Buffer.alloc(10_000, 1) })
  })
})
afterAll(() => rig?.stop())

const open = async (channel: string, entry: string, account = 'own:1') => {
  const answer = await rig.get(`/live/${rig.ticket({ account })}/${channel}/${entry}`)
  const path = answer.headers.get('location') ?? ''
  return { path, key: leaseKey(nodeCrypto, path.split('/')[2] ?? '', channel) }
}

/** Posts to the push socket as control does. */
const push = (message: object): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const options = {
      socketPath: rig.push,
      path: '/push',
      method: 'POST',
      headers: { Host: 'edge' },
    }
    const sent = request(options, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    sent.on('error', reject).end(JSON.stringify(message))
  })

test('a kill by sync refuses the next request, and keeps refusing', async () => {
  const { path, key } = await open('ch1', 'index.m3u8')
  expect((await rig.get(path)).status).toBe(200)
  rig.stub.next = { kill: [key] }
  await until('the kill', async () => (await rig.get(path)).status === 403)
  const asked = rig.stub.count('/check')
  expect((await rig.get(path.replace('index.m3u8', 'seg1.ts'))).reason).toBe('ban.session')
  expect(rig.stub.count('/check')).toBe(asked)
})

test('a kill by push refuses at once, and is acknowledged', async () => {
  const { path, key } = await open('ch1', 'index.m3u8')
  expect((await rig.get(path)).status).toBe(200)
  const receipt = await push({ seq: 7, at: Date.now(), set: [], clear: [], kill: [key] })
  expect([receipt.status, JSON.parse(receipt.body)]).toEqual([200, { ok: true, seq: 7 }])
  expect((await rig.get(path)).reason).toBe('ban.session')
  expect((await push({ wrong: true })).status).toBe(400)
})

test('bans of account, download and network meet openings and unknown passes, and end when lifted', async () => {
  const kinds = [
    ['account', 'own:banned'],
    ['download', 'AAECAwQFBgcICQoL'],
    ['network', '127.0.0.1'],
  ] as const
  for (const [kind, subject] of kinds) {
    const key = banKey(nodeCrypto, kind, subject)
    const now = Date.now()
    await push({ seq: 8, at: now, set: [[key, now + 60_000]], clear: [], kill: [] })
    const account = kind === 'account' ? 'own:banned' : 'own:1'
    const path = `/live/${rig.ticket({ account })}/ch1/index.m3u8`
    expect((await rig.get(path)).reason).toBe(`ban.${kind}`)
    await push({ seq: 9, at: now, set: [], clear: [key], kill: [] })
    expect((await rig.get(path)).status).toBe(302)
  }
  const key = banKey(nodeCrypto, 'network', '127.0.0.1')
  await push({ seq: 10, at: Date.now(), set: [[key, Date.now() + 3_000]], clear: [], kill: [] })
  expect((await rig.get('/playlist.m3u')).reason).toBe('ban.network')
  await until('the end of the ban', async () => (await rig.get('/playlist.m3u')).status !== 403)
})

test('a lifted ban is felt at once, other refusals when all is forgiven, and a kill says why', async () => {
  const path = `/live/${rig.ticket()}/ch1/index.m3u8`
  const asked = async (reason: string, from: string) => {
    rig.stub.refusal = { status: 403, reason, denyTtl: 600 }
    const get = async () => (await rig.get(path, { from })).reason
    expect(await get()).toBe(reason)
    rig.stub.refusal = null
    expect(await get()).toBe(reason)
    return get
  }
  const banned = await asked('ban.device', '203.0.113.1')
  const ruled = await asked('rule.deny_ip', '203.0.113.2')
  const now = Date.now()
  await push({ seq: 20, at: now, set: [], clear: ['somethingelse'], kill: [] })
  expect([await banned(), await ruled()]).toEqual([null, 'rule.deny_ip'])
  await push({ seq: 21, at: now, set: [], clear: ['*'], kill: [] })
  expect(await ruled()).toBe(null)
  const opened = await open('ch1', 'index.m3u8')
  const set = [[opened.key, now + 60_000, 'rule.deny_ip']]
  await push({ seq: 22, at: now, set, clear: [], kill: [opened.key] })
  expect((await rig.get(opened.path)).reason).toBe('rule.deny_ip')
  await push({ seq: 23, at: now, set: [], clear: ['*'], kill: [] })
  expect((await rig.get(opened.path)).reason).toBe('rule.deny_ip')
})

test('a dropped lease asks again', async () => {
  const { path, key } = await open('ch1', 'index.m3u8')
  expect((await rig.get(path)).status).toBe(200)
  const asked = rig.stub.count('/check')
  rig.stub.next = { drop: [key] }
  await until('a question', async () => {
    expect((await rig.get(path)).status).toBe(200)
    return rig.stub.count('/check') > asked
  })
})

test('a running MPEG-TS response is cut by a kill, and its origin connection closed', async () => {
  const { path, key } = await open('ts1', 'stream.ts')
  const viewer = await watch(rig.url + path)
  await until('bytes', () => viewer.state.bytes > 5000)
  expect(rig.origin.streams.size).toBe(1)
  const before = Date.now()
  await push({ seq: 11, at: before, set: [], clear: [], kill: [key] })
  await viewer.ended
  // By the push itself: a lease would go on for a minute.
  expect(viewer.state.endedAt - before).toBeLessThan(5_000)
  await until('the end at the origin', () => rig.origin.streams.size === 0)
  expect((await rig.get(path)).reason).toBe('ban.session')
})

test('a closed MPEG-TS response is reported with its bytes and seconds, and coming back asks', async () => {
  const { path, key } = await open('ts1', 'stream.ts')
  const viewer = await watch(rig.url + path)
  await until('bytes', () => viewer.state.bytes > 20_000)
  viewer.stop()
  await viewer.ended
  await until('the report', () =>
    rig.stub.syncs.some((it) => it.closed.some(([closed]) => closed === key)),
  )
  const rows = rig.stub.syncs.flatMap((it) => it.closed).filter(([closed]) => closed === key)
  expect(rows).toHaveLength(1)
  // What was told while it ran is not told again at its end.
  const before = rig.stub.syncs.flatMap((it) => it.traffic).filter(([told]) => told === key)
  const sum = before.reduce((all, [, bytes]) => all + bytes, rows[0]?.[1] ?? 0)
  expect(sum).toBeGreaterThan(viewer.state.bytes * 0.9)
  expect(rows[0]?.[2]).toBeGreaterThan(0)
  // The lease goes when control has taken the report.
  const reported = rig.stub.syncs.length
  await until('the next sync', () => rig.stub.syncs.length > reported)
  const asked = rig.stub.count('/check')
  const again = await watch(rig.url + path)
  expect(again.state.status).toBe(200)
  expect(rig.stub.count('/check')).toBe(asked + 1)
  again.stop()
})

test('the newest connection of an MPEG-TS session takes over; one that comes back after each end is not refused', async () => {
  const ticket = rig.ticket({ account: 'own:probing' })
  const door = `/live/${ticket}/ts1/stream.ts`
  const { path } = await open('ts1', 'stream.ts')
  const first = await watch(rig.url + path)
  const second = await watch(rig.url + path)
  await first.ended
  expect(second.state.endedAt).toBe(0)
  second.stop()
  await second.ended
  // A player that probes: on the pass, and by the door each time.
  for (let i = 0; i < 6; i++) {
    const probe = (await rig.get(door)).headers.get('location') ?? ''
    for (const tried of [path, probe]) {
      const viewer = await watch(rig.url + tried)
      expect(viewer.state.status).toBe(200)
      viewer.stop()
      await viewer.ended
    }
  }
})

test('players on one MPEG-TS pass that each come back when another has cut them off are found out', async () => {
  const { path } = await open('ts1', 'stream.ts', 'own:copied')
  const reasons = new Set<string | null>()
  const begun = Date.now()
  const play = async () => {
    while (!reasons.has('session.cloned') && Date.now() - begun < 25_000) {
      const viewer = await watch(rig.url + path)
      reasons.add(viewer.state.reason)
      if (viewer.state.status !== 200) viewer.stop()
      else setTimeout(viewer.stop, 10_000).unref()
      await viewer.ended
    }
  }
  await Promise.all([play(), play(), play()])
  expect(reasons).toContain('session.cloned')
})

test('bytes and requests of segments and manifests are reported', async () => {
  const { path, key } = await open('ch1', 'index.m3u8')
  rig.stub.syncs.length = 0
  for (let i = 0; i < 4; i++) await rig.get(path)
  for (let i = 0; i < 3; i++) await rig.get(path.replace('index.m3u8', 'seg1.ts'))
  const sum = () => {
    const rows = rig.stub.syncs.flatMap((it) => it.traffic).filter(([row]) => row === key)
    return {
      bytes: rows.reduce((total, row) => total + row[1], 0),
      requests: rows.reduce((total, row) => total + row[2], 0),
    }
  }
  await until('the report', () => sum().requests === 7)
  expect(sum().bytes).toBeGreaterThan(30_000)
  expect(rig.stub.syncs.some((it) => it.seen.includes(key))).toBe(true)
})

test('twenty players on one pass from one network are found out; a player with three renditions is not', async () => {
  const honest = await open('ch1', 'index.m3u8', 'own:honest')
  const shared = await open('ch1', 'index.m3u8', 'own:shared')
  const files = Array.from({ length: 40 }, (_, i) => `/hls/ch1/s${i}.ts`)
  for (const file of files) rig.origin.files.set(file, { type: 'video/mp2t', body: 'x' })
  const statuses = { honest: new Set<number>(), shared: [] as number[] }
  const begun = Date.now()
  for (let i = 0; i < files.length && statuses.shared.at(-1) !== 403; i++) {
    // Three renditions, a retry of each and a key for every segment.
    for (const name of [
      `s${i}.ts?v=1`,
      `s${i}.ts?v=2`,
      `s${i}.ts?v=3`,
      `s${i}.ts?v=1`,
      's0.ts?key',
    ])
      statuses.honest.add((await rig.get(honest.path.replace('index.m3u8', name))).status)
    // Refused once is found out; who asks on has his connection closed.
    for (let player = 0; player < 20 && statuses.shared.at(-1) !== 403; player++)
      statuses.shared.push((await rig.get(shared.path.replace('index.m3u8', `s${i}.ts`))).status)
    // As fast as segments come: what comes at once is one player's.
    const next = begun + (i + 1) * 1500
    await until('the next segment', () => Date.now() >= next)
  }
  expect(statuses.honest).toEqual(new Set([200]))
  expect(statuses.shared.at(-1)).toBe(403)
})

test('no secret stands in the logs', async () => {
  const ticket = rig.ticket()
  const opened = await rig.get(`/live/${ticket}/ch1/index.m3u8?token=hidden-token`)
  const path = opened.headers.get('location') ?? ''
  await rig.get(path)
  const key = leaseKey(nodeCrypto, path.split('/')[2] ?? '', 'ch1')
  await rig.get(`/s/${path.split('/')[2]}x/ch1/seg1.ts`)
  await rig.get('/playlist.m3u?token=other-hidden')
  // Logs are written late, and in order: what was asked last stands there last.
  await rig.get('/playlist.m3u', { headers: { 'User-Agent': 'the-last' } })
  const read = async (name: string) => await readFile(`${rig.dir}/${name}`, 'utf8')
  await until('the access log', async () => (await read('access.log')).includes('the-last'))
  await until('the traffic log', async () => (await read('traffic.log')).includes(key))
  const [access, traffic] = [await read('access.log'), await read('traffic.log')]
  const lines = access
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.some((line) => line['reason'] === 'ban.session')).toBe(true)
  // A question to control has an id; what the edge answered by itself has none.
  const asked = rig.stub.seen.map(({ headers }) => headers['x-gh-request'])
  const ids = lines.map((line) => line['request']).filter((id) => id !== '')
  expect(ids).not.toEqual([])
  expect(asked).toEqual(expect.arrayContaining(ids))
  expect(lines.find((line) => line['agent'] === 'the-last')?.['request']).toBe('')
  for (const secret of [ticket, path.split('/')[2] ?? 'none', 'hidden-token', 'other-hidden'])
    expect(access + traffic).not.toContain(secret)
})
