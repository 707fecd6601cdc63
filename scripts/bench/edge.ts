/**
 * Compares the cost of the edge with that of what it replaces: one table of ratios and their goals.
 */
import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { parseNetwork } from '#domain/networks/network'
import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { type Rig, startRig } from '../../test/edge/rig/rig.ts'
import { channelRows, group } from '../../test/edge/rig/tables.ts'
import { startChild } from '../../test/support/programs/child.ts'
import { until } from '../../test/support/programs/port.ts'
import { startRedis } from '../../test/support/programs/redis.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { readOptions } from '../options.ts'
import { startLua } from './edge/lua.ts'
import { measureMemory } from './edge/memory.ts'
import { measureOpenings } from './edge/openings.ts'
import { measurePlayback, type Servers } from './edge/playback.ts'
import { measurePlaylists } from './edge/playlists.ts'
import { startFiles, startReference } from './edge/reference.ts'
import { type Row, tableOf } from './edge/table.ts'

readOptions('usage: npm run bench:edge', {})

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const kilobyte = `#EXTM3U\n${'#EXTINF:2,\nseg000001.ts\n'.repeat(41)}`
const listOf = (count: number): string =>
  `#EXTM3U\n${Array.from({ length: count }, (_, i) => `#EXTINF:-1 tvg-id="c${i}" group-title="News",Channel ${i}\n@@/c${i}/index.m3u8\n`).join('')}`
const networks = Array.from(
  { length: 100_000 },
  (_, i) => `${11 + (i >> 13)}.${(i >> 5) & 255}.${(i & 31) * 8}.0/${i % 3 === 0 ? 24 : 25}`,
)

const startEdge = (origin: string): Promise<Rig> =>
  startRig(
    (stub) => {
      const groups = [group('home'), group('all', { isDefault: true }), group('many')]
      stub.policy = { ...stub.policy, groups }
      const found = networks.map(parseNetwork).flatMap((it) => (it.ok ? [...it.networks] : []))
      const many = parseNetwork('192.168.0.0/16')
      const table = buildSubnetTable([
        { id: 'home', networks: found },
        { id: 'many', networks: many.ok ? [...many.networks] : [] },
      ])
      stub.tables.networks.rows = new Map(table.pages)
      stub.tables.channels.rows = channelRows({ ch1: { origin, base: '/hls/ch1/' } })
      stub.lists.set('home', listOf(200))
      stub.lists.set('many', listOf(5000))
      stub.leaseTtl = 3600
    },
    (it) => ({
      ...it,
      workers: 1,
      origins: [origin],
      zones: { ...it.zones, leases: '64m', networks: '32m' },
    }),
  )

/** Starts a script of this folder's that says a line when it is ready. */
const startScript = async (name: string, args: readonly string[]) => {
  const script = join(import.meta.dirname, 'edge', name)
  const child = startChild([process.execPath, '--import', 'tsx', script, ...args])
  await until(name, () => child.output().includes('ready'), 20_000)
  return child
}

const undo: (() => Promise<unknown>)[] = []

const startAll = async (): Promise<Servers> => {
  const folder = await tempDir()
  undo.push(() => folder.remove())
  await chmod(folder.path, 0o755)
  const files = await startFiles({
    'hls/ch1/index.m3u8': kilobyte,
    'hls/ch1/small.ts': 'x'.repeat(1024),
    'hls/ch1/large.ts': 'x'.repeat(1024 * 1024),
  })
  undo.push(() => files.stop())
  const redis = await startRedis()
  undo.push(() => redis.stop())
  const socket = join(folder.path, 'auth.sock')
  const auth = await startScript('auth-server.ts', [socket, redis.url])
  undo.push(() => auth.stop())
  await chmod(socket, 0o666)
  const lists = { 'home-200.m3u': listOf(200), 'home-5000.m3u': listOf(5000) }
  const plain = await startReference({
    origin: files.port,
    auth: socket,
    lists: { ...lists, 'rest-200.m3u': '', 'rest-5000.m3u': '' },
    networks,
  })
  undo.push(() => plain.stop())
  const rig = await startEdge(files.url)
  undo.push(() => rig.stop())
  const lua = await startLua(files.port)
  if (typeof lua !== 'string') undo.push(() => lua.stop())
  return { rig, plain, auth: [auth.pid, redis.pid], lua }
}

const rows: Row[] = []
let remark = ''
try {
  say('starting nginx, Redis and the reference servers …')
  const servers = await startAll()
  const { lua } = servers
  remark =
    typeof lua === 'string'
      ? `OpenResty Lua: not available (${lua})\n`
      : `Lua: nginx ${lua.version}\n`
  say('manifests and segments …')
  rows.push(...(await measurePlayback(servers)))
  say('playlists …')
  rows.push(...(await measurePlaylists(servers)))
  say('sessions in memory …')
  rows.push(...(await measureMemory(servers.rig)))
} finally {
  for (const stop of undo.toReversed()) await stop()
}
say('openings through a whole Gatehouse …')
rows.push(...(await measureOpenings()))
process.stdout.write(`${tableOf(rows)}${remark}`)
