import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parseNetwork } from '#domain/networks/network'
import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { banKey, leaseKey } from '#domain/viewer/lease'
import { tempDir } from '../../support/cleanup.ts'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from '../rig/crypto.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'
import { watch } from '../rig/watch.ts'

let rig: Rig
let folder: Awaited<ReturnType<typeof tempDir>>
const rowsOf = (home: readonly string[]) => {
  const networks = home.flatMap((text) => {
    const parsed = parseNetwork(text)
    return parsed.ok ? [...parsed.networks] : []
  })
  return new Map(buildSubnetTable([{ id: 'home', networks }]).pages)
}

/** The edge's handlers, and three of the test's that fill a dictionary, look into it and take the filling out again. */
const entryWithTools = async (): Promise<string> => {
  const index = join(import.meta.dirname, '../../../njs/index.ts')
  const file = join((folder = await tempDir()).path, 'entry.js')
  const lines = [
    `import edge from ${JSON.stringify(index)}`,
    'const dict = (r) => ngx.shared[r.args.zone]',
    'const fill = (r) => {',
    "  const value = r.args.type === 'number' ? 1 : 'x'.repeat(Number(r.args.length || 16))",
    '  let rows = 0',
    '  try {',
    "    for (; rows < Number(r.args.most || 1e7); rows += 1) dict(r).add('fill' + rows, value)",
    '  } catch {}',
    '  r.return(200, String(rows))',
    '}',
    'const peek = (r) => r.return(200, String(r.args.key ? dict(r).get(r.args.key) : dict(r).size()))',
    'const drain = (r) => {',
    "  for (const key of dict(r).keys(1e7)) if (key.startsWith('fill')) dict(r).delete(key)",
    "  r.return(200, 'drained')",
    '}',
    'export default { ...edge, fill, peek, drain }',
  ]
  await writeFile(file, lines.join('\n'))
  return file
}

beforeAll(async () => {
  rig = await startRig(
    (stub, origin) => {
      stub.policy = { ...stub.policy, groups: [group('home'), group('all', { isDefault: true })] }
      stub.tables.networks.rows = rowsOf(['20.0.0.0/16'])
      stub.tables.channels.rows = channelRows({
        ch1: { origin: origin.url, base: '/hls/ch1/' },
        ts1: { origin: origin.url, base: '/ts1/', entry: 'mpegts', protocol: 'mpegts' },
      })
      for (const id of ['home', 'all']) stub.lists.set(id, '#EXTM3U\n@@/ch1/index.m3u8\n')
      origin.files.set('/hls/ch1/index.m3u8', { type: 'application/x-mpegurl', body: '#EXTM3U\n' })
      origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body: 'segment' })
      stub.leaseTtl = 10
    },
    (settings) => ({
      ...settings,
      guessesPerSecond: 1000,
      zones: Object.fromEntries(
        Object.keys(settings.zones).map((zone) => [zone, '512k']),
      ) as unknown as typeof settings.zones,
    }),
    await entryWithTools(),
  )
  const file = join(rig.dir, 'gatehouse-http.conf')
  const handlers = ['fill', 'peek', 'drain'].map(
    (name) => `location = /_test/${name} { js_content edge.${name}; }`,
  )
  const text = await readFile(file, 'utf8')
  const server = `server { listen 127.0.0.1:${rig.nginx.ports[1]}; ${handlers.join(' ')} }`
  await writeFile(file, `${text}\n${server}\n`)
  await rig.nginx.reload()
  await until('the handlers', async () => (await ask('peek', 'gh_state')) !== '')
})
afterAll(async () => {
  await rig?.stop()
  await folder.remove()
})

const filled = new Set<string>()
const ask = async (what: 'fill' | 'peek' | 'drain', zone: string, more = ''): Promise<string> => {
  const url = `http://127.0.0.1:${rig.nginx.ports[1]}/_test/${what}?zone=${zone}${more}`
  const answer = await fetch(url, { headers: { connection: 'close' } }).catch(() => null)
  return answer?.status === 200 ? (await answer.text()).trim() : ''
}
const fill = async (zone: string, more: string): Promise<number> => {
  filled.add(zone)
  return Number(await ask('fill', zone, more))
}
afterEach(async () => {
  for (const zone of filled) await ask('drain', zone)
  filled.clear()
  rig.stub.refusal = null
})

const open = async (channel: string, account = 'own:1', agent = 'player') => {
  const path = `/live/${rig.ticket({ account })}/${channel}/${channel === 'ts1' ? 'mpegts' : 'index.m3u8'}`
  const opened = await rig.get(path, { headers: { 'User-Agent': agent } })
  const location = opened.headers.get('location') ?? ''
  return { opened, location, key: leaseKey(nodeCrypto, location.split('/')[2] ?? '', channel) }
}

test('leases: who plays renews without a question, who comes is asked about at each request', async () => {
  const { location, key } = await open('ch1')
  expect((await rig.get(location)).status).toBe(200)
  expect((await rig.get(location.replace('index.m3u8', 'seg1.ts'))).status).toBe(200)
  expect(await fill('gh_leases', '&type=number')).toBeGreaterThan(1000)
  const before = await ask('peek', 'gh_leases', `&key=${key}`)
  const asked = rig.stub.count('/check')
  // Longer than the lease: it lives on because it is renewed.
  const until13 = Date.now() + 13_000
  while (Date.now() < until13) {
    expect((await rig.get(location)).status).toBe(200)
    await pause(100)
  }
  expect(rig.stub.count('/check')).toBe(asked)
  expect(await ask('peek', 'gh_leases', `&key=${key}`)).not.toBe(before)
  const late = await open('ch1', 'own:late')
  for (let i = 0; i < 3; i += 1) expect((await rig.get(late.location)).status).toBe(200)
  expect(rig.stub.count('/check')).toBe(asked + 3)
})

/** Lines in the error log that say a zone has no room. */
const complaints = (zone: string): number =>
  rig.nginx.errorLog().split(`no memory in js shared zone "${zone}"`).length - 1

test.each([
  ['gh_leases', 'ch1', '200 -'],
  ['gh_streams', 'ts1', '503 edge.full'],
])(
  'a full %s is written about once a second, not for each who asks',
  async (zone, channel, told) => {
    const answerOf = async (location: string) => {
      const { state, stop } = await watch(`${rig.url}${location}`)
      stop()
      return `${state.status} ${state.reason ?? '-'}`
    }
    const sessions: Awaited<ReturnType<typeof open>>[] = []
    for (let i = 0; i < 40; i += 1) sessions.push(await open(channel, `own:many${i}`))
    expect(await fill(zone, '&type=number')).toBeGreaterThan(1000)
    const [from, before] = [Date.now(), complaints(zone)]
    for (let i = 0; i < 40; i += 1)
      expect(await answerOf((await open(channel, `own:many${i}`)).location)).toBe(told)
    expect(complaints(zone) - before).toBeLessThanOrEqual(Math.ceil((Date.now() - from) / 1000) + 1)
    // Room is found again.
    await ask('drain', zone)
    await until('a place', async () => {
      const late = await open(channel, `own:later${Date.now()}`)
      expect(['200 -', told]).toContain(await answerOf(late.location))
      return (await ask('peek', zone, `&key=${late.key}`)) !== 'undefined'
    })
  },
)

test('bans: one that is there is lengthened, one that finds no room is left to control', async () => {
  const key = banKey(nodeCrypto, 'account', 'own:held')
  rig.stub.next = {
    bans: { cursor: 'stub.2', full: false, set: [[key, Date.now() + 60_000]], clear: [] },
  }
  await until('the ban', async () => (await open('ch1', 'own:held')).opened.status === 403)
  expect(await fill('gh_bans', '&type=number')).toBeGreaterThan(1000)
  const longer = Date.now() + 600_000
  const late = banKey(nodeCrypto, 'account', 'own:late')
  const before = complaints('gh_bans')
  rig.stub.next = {
    bans: {
      cursor: 'stub.3',
      full: false,
      set: [
        [key, longer],
        [late, longer],
        ...Array.from({ length: 500 }, (_, at): [string, number] => [
          banKey(nodeCrypto, 'account', `own:many${at}`),
          longer,
        ]),
      ],
      clear: [],
    },
  }
  await until('the cursor', () => rig.stub.syncs.at(-1)?.have.bans?.includes('stub.3') === true)
  expect(Number(await ask('peek', 'gh_bans', `&key=${key}`))).toBeGreaterThan(Date.now() + 500_000)
  expect(await ask('peek', 'gh_bans', `&key=${late}`)).toBe('undefined')
  expect(complaints('gh_bans') - before).toBeLessThan(10)
  rig.stub.refusal = { status: 403, reason: 'ban.account', denyTtl: 0 }
  expect((await open('ch1', 'own:late')).opened.headers.get('x-gatehouse-reason')).toBe(
    'ban.account',
  )
})

test('streams: one that runs goes on, a newcomer is told to come back', async () => {
  const { location, key } = await open('ts1')
  const running = await watch(`${rig.url}${location}`)
  await until('bytes', () => running.state.bytes > 0)
  const next = await open('ts1', 'own:next')
  expect(await fill('gh_streams', '&type=number')).toBeGreaterThan(1000)
  const refused = await watch(`${rig.url}${next.location}`)
  expect([refused.state.status, refused.state.reason]).toEqual([503, 'edge.full'])
  const { bytes } = running.state
  // Five looks of its guard.
  const marks = () => ask('peek', 'gh_streams', `&key=${key}`)
  const mark = await marks()
  const from = Date.now()
  await until('ten seconds', () => Date.now() - from > 10_000)
  expect(running.state.endedAt).toBe(0)
  expect(running.state.bytes).toBeGreaterThan(bytes)
  expect(await marks()).toBe(mark)
  running.stop()
})

test('places taken without control: the one held is renewed, a newcomer has none', async () => {
  await rig.stub.stop()
  const first = await open('ch1', 'own:a')
  expect(first.opened.status).toBe(302)
  expect(await fill('gh_slots', '&type=number')).toBeGreaterThan(1000)
  const second = await open('ch1', 'own:b')
  expect([second.opened.status, second.opened.headers.get('x-gatehouse-reason')]).toEqual([
    503,
    'edge.full',
  ])
  expect((await rig.get(first.location)).status).toBe(200)
  await rig.restartControl()
})

test('tables: a row changes in a full table, and one too large is not taken and not asked for at once again', async () => {
  const { networks } = rig.stub.tables
  const have = () => rig.stub.syncs.at(-1)?.have.networks
  const live = Number(await ask('peek', 'gh_networks_a')) > 1 ? 'gh_networks_a' : 'gh_networks_b'
  await until('a sync', () => have() === 'n1')
  expect(await fill(live, '&length=16')).toBeGreaterThan(1000)
  networks.rows = rowsOf(['20.0.0.0/17'])
  networks.version = 'n2'
  await until('the change', () => have() === 'n2')
  const asked = rig.stub.count('/tables/networks')
  networks.rows = new Map(Array.from({ length: 60_000 }, (_, at) => [`k${at}`, 'x'.repeat(40)]))
  networks.version = 'n3'
  await until('the refusal', async () => {
    const told = JSON.parse((await rig.get('/health')).text) as { noRoomFor: string[] }
    return told.noRoomFor.includes('networks')
  })
  const pages = rig.stub.count('/tables/networks') - asked
  const syncs = rig.stub.syncs.length
  await until('four syncs', () => rig.stub.syncs.length > syncs + 4)
  expect(rig.stub.count('/tables/networks') - asked).toBeLessThan(pages + 3)
  expect(have()).toBe('n2')
  expect((await rig.get('/playlist.m3u', { from: '20.0.1.1' })).status).toBe(200)
})

test('texts: policy and keys are taken in place of the old ones', async () => {
  expect(await fill('gh_texts', '&length=16')).toBeGreaterThan(500)
  rig.stub.policy = { ...rig.stub.policy, version: 'p2' }
  rig.stub.keysVersion = 'k2'
  await until('both', () => {
    const have = rig.stub.syncs.at(-1)?.have
    return have?.policy === 'p2' && have.keys === 'k2'
  })
  expect((await open('ch1')).opened.status).toBe(302)
})

test.each(['gh_identity', 'gh_ring'])(
  '%s: one value that is too long throws out nobody',
  async (zone) => {
    await fill(zone, '&length=100&most=20000')
    const before = Number(await ask('peek', zone))
    expect(before).toBeGreaterThan(500)
    await rig.stub.stop()
    const agent = 'x'.repeat(6000)
    for (let i = 0; i < 5; i += 1) await open('ch1', `own:long${i}`, agent)
    expect(Number(await ask('peek', zone))).toBeGreaterThan(before * 0.8)
    await rig.restartControl()
  },
)
