import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPass } from '#domain/credentials/pass'
import { parseNetwork } from '#domain/networks/network'
import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { leaseKey } from '#domain/viewer/lease'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { stubPass } from '../rig/stub-control.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = {
      ...stub.policy,
      groups: [
        group('all', { isDefault: true, cap: 2 }),
        group('home', { cap: 2 }),
        group('shut', { failMode: 'closed' }),
      ],
    }
    const home = parseNetwork('192.168.0.0/16')
    const table = buildSubnetTable([{ id: 'home', networks: home.ok ? [...home.networks] : [] }])
    stub.tables.networks.rows = new Map(table.pages)
    const groups = ['all', 'home', 'shut']
    stub.tables.channels.rows = channelRows({
      ch1: { origin: origin.url, base: '/hls/ch1/', groups },
      other: { origin: origin.url, base: '/hls/other/', groups: ['home'] },
    })
    stub.lists.set('all', '#EXTM3U\n@@/ch1/index.m3u8\n')
    stub.identities.set('tok', { account: 'own:tok', group: 'all' })
    origin.files.set('/hls/ch1/index.m3u8', { type: 'application/x-mpegurl', body: '#EXTM3U\n' })
  })
})
afterAll(() => rig?.stop())

const open = (ticket: string, channel = 'ch1', from = '198.51.100.1') =>
  rig.get(`/live/${ticket}/${channel}/index.m3u8`, { from })

/** Drops a lease by the next sync, and waits until the edge has heard it. */
const recall = async (key: string): Promise<void> => {
  rig.stub.next = { drop: [key] }
  await expect.poll(() => rig.stub.next, { timeout: 8000 }).toEqual({})
  const count = rig.stub.syncs.length
  await expect.poll(() => rig.stub.syncs.length, { timeout: 8000 }).toBeGreaterThan(count)
}

test('control dies: running viewers play on, new ones by the rules the edge knows, and control learns of them', async () => {
  const running = (await open(rig.ticket({ account: 'own:running' }))).headers.get('location') ?? ''
  expect((await rig.get(running, { from: '198.51.100.1' })).status).toBe(200)
  expect((await rig.get('/live/ch1/index.m3u8?token=tok')).status).toBe(302)
  expect((await rig.get('/playlist.m3u')).status).toBe(200)
  rig.stub.cap = 1
  const full = rig.ticket({ account: 'own:full' })
  const playing = (await open(full)).headers.get('location') ?? ''
  expect((await rig.get(playing, { from: '198.51.100.1' })).status).toBe(200)
  // A session this edge has lost says by its return what its account may play.
  const returned = stubPass(rig.stub, 'ch1', { account: 'own:returned' })
  rig.stub.known.add(leaseKey(nodeCrypto, returned, 'ch1'))
  expect((await rig.get(`/s/${returned}/ch1/index.m3u8`)).status).toBe(200)
  rig.stub.cap = 2_000_000_000
  const huge = rig.ticket({ account: 'own:huge' })
  expect((await open(huge)).status).toBe(302)
  rig.stub.cap = 0
  const free = rig.ticket({ account: 'own:free' })
  expect((await open(free)).status).toBe(302)
  // Of a great cap too each screen counts, found without looking at all its slots.
  rig.stub.cap = 100
  const hotel = rig.ticket({ account: 'own:hotel' })
  const guests = (from: number, to: number) =>
    Promise.all(
      Array.from({ length: to - from }, (_, at) => open(hotel, 'ch1', `203.0.113.${from + at}`)),
    )
  const screens = new Set<string | null>()
  for (const _ of ['first', 'again'])
    for (const { status, headers } of await guests(0, 40)) {
      expect(status).toBe(302)
      // Who asks again late is a screen more: this control gives a new pass each time.
      screens.add(headers.get('location'))
    }
  // Asked to ask again, a player counts on until he had the time to.
  const recalled = rig.ticket({ account: 'own:recalled' })
  rig.stub.cap = 1
  const [, , given = ''] = ((await open(recalled)).headers.get('location') ?? '').split('/')
  await recall(leaseKey(nodeCrypto, given, 'ch1'))
  await rig.stub.stop()

  expect((await open(recalled, 'ch1', '198.51.100.9')).reason).toBe('cap.edge')

  expect((await open(rig.ticket({ account: 'own:returned' }))).reason).toBe('cap.edge')
  for (const at of [2, 3, 4]) expect((await open(huge, 'ch1', `198.51.100.${at}`)).status).toBe(302)
  const left = 100 - screens.size
  expect((await guests(40, 40 + left)).filter(({ status }) => status !== 302)).toEqual([])
  expect((await guests(150, 153)).map(({ reason }) => reason)).toEqual(Array(3).fill('cap.edge'))
  // Nobody counts the screens of an account without a cap, though its group has one.
  for (const at of [2, 3, 4]) expect((await open(free, 'ch1', `198.51.100.${at}`)).status).toBe(302)
  // What control said of the account holds on: its one screen may zap, another may not begin.
  const other = await open(full, 'ch1', '198.51.100.2')
  expect([other.status, other.reason]).toEqual([403, 'cap.edge'])
  expect((await open(full)).status).toBe(302)
  expect((await rig.get(playing, { from: '198.51.100.1' })).status).toBe(200)

  expect((await rig.get(running, { from: '198.51.100.1' })).status).toBe(200)
  expect((await rig.get('/playlist.m3u')).status).toBe(200)

  const opened = await open(rig.ticket())
  expect(opened.status).toBe(302)
  const path = opened.headers.get('location') ?? ''
  const pass = path.split('/')[2] ?? ''
  expect(readPass(pass)).toMatchObject({ account: 'own:1', group: 'all', fail: 'open' })
  expect((await rig.get(path, { from: '198.51.100.1' })).status).toBe(200)
  expect((await open(rig.ticket())).status).toBe(302)
  const third = await open(rig.ticket())
  expect([third.status, third.reason]).toEqual([403, 'cap.edge'])

  const home = { group: 'home', wonBy: 'network', account: 'own:h' } as const
  expect((await open(rig.ticket(home), 'ch1', '192.168.3.3')).status).toBe(302)
  expect((await open(rig.ticket(home))).reason).toBe('group.moved')
  expect((await open(rig.ticket({ account: 'own:2' }), 'other')).reason).toBe(
    'channel.not_in_group',
  )
  expect((await open(rig.ticket({ account: 'own:3' }), 'none')).reason).toBe('channel.unknown')
  const shut = await open(rig.ticket({ group: 'shut' }))
  expect([shut.status, shut.reason]).toEqual([503, 'control.unavailable'])

  // A token known lately opens; an unknown one does not.
  expect((await rig.get('/live/ch1/index.m3u8?token=tok')).status).toBe(302)
  expect((await rig.get('/live/ch1/index.m3u8?token=stranger')).reason).toBe('control.unavailable')

  // A genuine pass without a lease goes by the letter inside its signature.
  const closed = stubPass(rig.stub, 'ch1', { fail: 'closed', account: 'own:9' })
  expect((await rig.get(`/s/${closed}/ch1/index.m3u8`)).reason).toBe('control.unavailable')
  const fair = stubPass(rig.stub, 'ch1', { account: 'own:9' })
  expect((await rig.get(`/s/${fair}/ch1/index.m3u8`)).status).toBe(200)
  expect((await rig.get(`/s/${fair}/ch1/index.m3u8`)).status).toBe(200)

  // Openings that wait for an answer do not keep the sync away, and it tells again what was not judged yet.
  rig.stub.isBusy = true
  rig.stub.next = { again: true }
  await rig.restartControl()
  const key = leaseKey(nodeCrypto, pass, 'ch1')
  const reported = () => rig.stub.syncs.flatMap((it) => it.degraded)
  const isAnyRepeated = () => {
    const keys = reported().map((it) => it.key)
    return new Set(keys).size < keys.length
  }
  await expect
    .poll(
      () => {
        void open(rig.ticket({ account: 'own:waiting' })).catch(() => null)
        return isAnyRepeated()
      },
      { timeout: 8000, interval: 100 },
    )
    .toBe(true)
  rig.stub.isBusy = false
  await expect
    .poll(() => reported().find((it) => it.key === key), { timeout: 30_000 })
    .toMatchObject({ pass, channel: 'ch1', address: '198.51.100.1' })
  await expect
    .poll(async () => (await open(rig.ticket({ account: 'own:back' }))).status, { timeout: 5000 })
    .toBe(302)
  await expect
    .poll(() => rig.stub.seen.filter((it) => it.path === '/open').length, { timeout: 5000 })
    .toBeGreaterThan(0)
})

test('control that is too busy for all that an edge reports at once is told a part of it at a time, until it knows all', async () => {
  await rig.stub.stop()
  const opened = await Promise.all(
    Array.from({ length: 90 }, async (_, n) => open(rig.ticket({ account: `own:many${n}` }))),
  )
  expect(opened.map(({ status }) => status)).toEqual(opened.map(() => 302))
  const keys = opened.map(({ headers }) =>
    leaseKey(nodeCrypto, /^\/s\/([^/]+)/.exec(headers.get('location') ?? '')?.[1] ?? '', 'ch1'),
  )
  rig.stub.mostReports = 20
  await rig.restartControl()
  const known = () => {
    const told = new Set(rig.stub.syncs.flatMap((it) => it.degraded).map(({ key }) => key))
    return keys.filter((key) => told.has(key)).length
  }
  await expect.poll(known, { timeout: 30_000 }).toBe(keys.length)
})
