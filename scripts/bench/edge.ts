import { spawn } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseNetwork } from '#domain/network'
import { buildSubnetTable } from '#domain/subnet-pages'
import { type Rig, startRig } from '../../test/edge/rig.ts'
import { channelRows, group } from '../../test/edge/tables.ts'
import { startRedis } from '../../test/support/redis.ts'
import { startFiles, startReference } from './edge-reference.ts'
import { cpuOf, family, get, run } from './load.ts'

const ROUNDS = Number(process.env['ROUNDS'] ?? 3)
const SCALE = Number(process.env['SCALE'] ?? 1)
const SESSIONS = Number(process.env['SESSIONS'] ?? 100_000)

interface Case {
  readonly name: string
  readonly pids: readonly number[]
  readonly port: number
  readonly request: string | ((turn: number) => string)
  readonly count: number
}

const kilobyte = `#EXTM3U\n${'#EXTINF:2,\nseg000001.ts\n'.repeat(41)}`
const listOf = (count: number): string =>
  `#EXTM3U\n${Array.from({ length: count }, (_, i) => `#EXTINF:-1 tvg-id="c${i}" group-title="News",Channel ${i}\n@@/c${i}/index.m3u8\n`).join('')}`
const networks = Array.from(
  { length: 100_000 },
  (_, i) => `${11 + (i >> 13)}.${(i >> 5) & 255}.${(i & 31) * 8}.0/${i % 3 === 0 ? 24 : 25}`,
)

/** CPU of a case's processes per request, in µs. */
const measure = async (it: Case): Promise<number> => {
  const count = Math.ceil(it.count * SCALE)
  await run({ port: it.port, request: it.request, connections: 4, count: Math.ceil(count / 20) })
  const before = cpuOf(it.pids)
  const result = await run({ port: it.port, request: it.request, connections: 4, count })
  if (result.status >= 400) throw new Error(`${it.name}: answered ${result.status}`)
  return (cpuOf(it.pids) - before) / result.requests / 1000
}

/** Cases of one row run one after another, round by round, so that the machine's noise meets all of them. */
const compare = async (cases: readonly Case[]): Promise<number[]> => {
  const best = cases.map(() => Number.POSITIVE_INFINITY)
  for (let round = 0; round < ROUNDS; round++)
    for (const [index, it] of cases.entries())
      best[index] = Math.min(best[index] ?? 0, await measure(it))
  return best
}

const startAuth = async (
  redisUrl: string,
): Promise<{ pid: number; socket: string; stop: () => void }> => {
  const socket = join(tmpdir(), `gh-bench-${process.pid}.sock`)
  rmSync(socket, { force: true })
  const script = join(import.meta.dirname, 'auth-server.ts')
  const child = spawn(process.execPath, ['--import', 'tsx', script, socket, redisUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  chmodSync(socket, 0o666)
  return { pid: child.pid ?? 0, socket, stop: () => void child.kill() }
}

const openOne = async (rig: Rig, channel: string, from?: string): Promise<string> => {
  const answer = await rig.get(`/live/${rig.ticket()}/${channel}/index.m3u8`, from ? { from } : {})
  return answer.headers.get('location') ?? ''
}

const print = (
  label: string,
  values: Readonly<Record<string, number>>,
  ratios: readonly string[],
): void => {
  const parts = Object.entries(values).map(([name, value]) => `${name} ${value.toFixed(1)} µs`)
  process.stdout.write(`${label.padEnd(34)} ${parts.join(' · ')}   ${ratios.join(' · ')}\n`)
}

const megabyte = 'x'.repeat(1024 * 1024)
const files = await startFiles({
  'hls/ch1/index.m3u8': kilobyte,
  'hls/ch1/small.ts': 'x'.repeat(1024),
  'hls/ch1/large.ts': megabyte,
})
const redis = await startRedis()
const auth = await startAuth(redis.url)
const lists = {
  'home-200.m3u': listOf(200),
  'home-5000.m3u': listOf(5000),
  'rest-200.m3u': '',
  'rest-5000.m3u': '',
}
const reference = await startReference({ origin: files.port, auth: auth.socket, lists, networks })
const rig = await startRig(
  (stub) => {
    stub.policy = {
      ...stub.policy,
      groups: [group('home'), group('all', { isDefault: true }), group('many')],
    }
    const found = networks.map(parseNetwork).flatMap((it) => (it.ok ? [...it.networks] : []))
    const many = parseNetwork('192.168.0.0/16')
    const table = buildSubnetTable([
      { id: 'home', networks: found },
      { id: 'many', networks: many.ok ? [...many.networks] : [] },
    ])
    stub.tables.networks.rows = new Map(table.pages)
    stub.tables.channels.rows = channelRows({ ch1: { origin: files.url, base: '/hls/ch1/' } })
    stub.lists.set('home', listOf(200))
    stub.lists.set('many', listOf(5000))
    stub.leaseTtl = 3600
  },
  (it) => ({
    ...it,
    workers: 1,
    origins: [files.url],
    zones: { ...it.zones, leases: '64m', networks: '32m' },
  }),
)
const edge = family(rig.nginx.pid)
const bare = family(reference.pid)
const location = await openOne(rig, 'ch1')
const under = (file: string): string => get(location.replace('index.m3u8', file))
let fetched = 0
/** A player asks for each segment once; the query tells them apart. */
const turning = (file: string) => () => under(`${file}?n=${fetched++}`)

process.stdout.write(`CPU per request, best of ${ROUNDS}; design.md §13\n`)
const rows: [string, string, string | ((turn: number) => string), number, number][] = [
  ['manifest, 1 KB', 'index.m3u8', under('index.m3u8'), 20_000, 1.5],
  ['segment, 1 KB', 'small.ts', turning('small.ts'), 20_000, 0],
  ['segment, 1 MB', 'large.ts', turning('large.ts'), 1500, 1.05],
]
for (const [label, file, request, count, budget] of rows) {
  const [off = 0, on = 0, node = 0] = await compare([
    {
      name: 'bare',
      pids: bare,
      port: reference.port,
      request: get(`/bare/hls/ch1/${file}`),
      count,
    },
    { name: 'gate', pids: edge, port: rig.nginx.port, request, count },
    {
      name: 'node',
      pids: [...bare, auth.pid, redis.pid],
      port: reference.port,
      request: get(`/node/hls/ch1/${file}`),
      count,
    },
  ])
  const goal = budget > 0 ? ` (goal ≤ ${budget})` : ''
  print(label, { bare: off, gate: on, 'auth_request to Node and Redis': node }, [
    `gate/bare ${(on / off).toFixed(2)}${goal}`,
    `Node/gate ${(node / on).toFixed(1)} (goal ≥ 4), what each adds ${((node - off) / (on - off)).toFixed(1)}`,
  ])
}
for (const [count, from] of [
  [200, '11.0.8.1'],
  [5000, '192.168.1.1'],
] as const) {
  const repeats = count === 200 ? 4000 : 300
  const [geo = 0, ours = 0] = await compare([
    {
      name: 'geo',
      pids: bare,
      port: reference.port,
      request: get(`/geo/${count}.m3u`, { 'X-Ticket': rig.ticket(), 'X-Real': from }),
      count: repeats,
    },
    {
      name: 'ours',
      pids: edge,
      port: rig.nginx.port,
      request: get('/playlist.m3u', { 'X-Forwarded-For': from }),
      count: repeats,
    },
  ])
  print(`playlist, ${count} channels`, { 'geo+static+sub_filter': geo, ours }, [
    `ratio ${(ours / geo).toFixed(2)} (goal ≤ 1.25)`,
  ])
}
const tickets = Array.from({ length: 500 }, (_, i) => rig.ticket({ account: `own:${i}` }))
const [opening = 0] = await compare([
  {
    name: 'open',
    pids: edge,
    port: rig.nginx.port,
    request: (turn) => get(`/live/${tickets[turn % tickets.length]}/ch1/index.m3u8`),
    count: 4000,
  },
])
print('opening, edge alone', { edge: opening }, [])

const free = async (): Promise<number> => {
  const body = JSON.parse((await rig.get('/health')).text) as { freeBytes: Record<string, number> }
  return ['gh_leases', 'gh_ring', 'gh_bans', 'gh_denied', 'gh_pace'].reduce(
    (sum, zone) => sum + (body.freeBytes[zone] ?? 0),
    0,
  )
}
const before = await free()
const started = rig.stub.known.size
await run({
  port: rig.nginx.port,
  request: (turn) => get(`/live/${tickets[turn % tickets.length]}/ch1/index.m3u8`),
  connections: 16,
  count: SESSIONS,
})
const live = rig.stub.known.size - started
process.stdout.write(
  `shared memory per live session: ${((before - (await free())) / live).toFixed(0)} bytes at ${live} sessions (goal ≤ 256)\n`,
)
await rig.stop()
await reference.stop()
await files.stop()
auth.stop()
await redis.stop()
