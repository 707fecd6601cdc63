import { chownSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseNetwork } from '#domain/networks/network'
import { buildSubnetTable } from '#domain/networks/subnet-pages'
import { run } from '../../../control/runtime/exec.ts'
import { tempDir, useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

const onCleanup = useCleanup()
const LONG = `#EXTM3U\n${'#EXTINF:-1,A channel\n@@/ch1/index.m3u8\n'.repeat(9000)}`

/** A file system of its own; `null` where this machine lets us mount none. */
const smallDisk = async (): Promise<string | null> => {
  const { path, remove } = await tempDir()
  onCleanup(remove)
  const { code } = await run(['mount', '-t', 'tmpfs', '-o', 'size=2m,mode=777', 'tmpfs', path])
  if (code !== 0) return null
  onCleanup(() => run(['umount', '-l', path]))
  return path
}

const fill = (folder: string): string => {
  const file = join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(file, Buffer.alloc(bavail * bsize))
  return file
}

test('on a full disk lists and segments come without a copy, and health says so', async (context) => {
  const disk = await smallDisk()
  context.skip(disk === null, 'no file system can be mounted here')
  if (disk === null) return
  chownSync(disk, 65534, 65534)
  const rig = await startRig(
    (stub, origin) => {
      const groups = [group('all', { isDefault: true }), group('home')]
      stub.policy = { ...stub.policy, groups }
      const home = parseNetwork('192.168.0.0/16')
      const table = buildSubnetTable([{ id: 'home', networks: home.ok ? [...home.networks] : [] }])
      stub.tables.networks.rows = new Map(table.pages)
      stub.tables.channels.rows = channelRows({
        ch1: { origin: origin.url, base: '/hls/ch1/', groups: ['all', 'home'] },
      })
      stub.lists.set('all', '#EXTM3U\n@@/ch1/index.m3u8\n')
      stub.lists.set('home', LONG)
      const body = 's'.repeat(300_000)
      origin.files.set('/hls/ch1/index.m3u8', { type: 'application/x-mpegurl', body: '#EXTM3U\n' })
      origin.files.set('/hls/ch1/seg1.ts', { type: 'video/mp2t', body })
    },
    (settings) => ({
      ...settings,
      cacheDir: disk,
      segmentCache: { size: '1m', validSec: 60 },
    }),
  )
  onCleanup(() => rig.stop())
  const isFull = async () =>
    (JSON.parse((await rig.get('/health')).text) as { diskFull: boolean }).diskFull
  expect(await isFull()).toBe(false)
  const ballast = fill(disk)
  await until('the edge to know', isFull)
  await until('control to know', () => rig.stub.syncs.at(-1)?.diskFull === true)
  expect((await rig.get('/playlist.m3u')).text).toContain('/ch1/index.m3u8')
  const entriesAtHome = async () => {
    const { text } = await rig.get('/playlist.m3u', { from: '192.168.0.9' })
    return text.split('#EXTINF').length - 1
  }
  expect(await entriesAtHome()).toBe(9000)
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  const entry = opened.headers.get('location') ?? ''
  expect((await rig.get(entry)).status).toBe(200)
  for (let turn = 0; turn < 2; turn += 1)
    expect((await rig.get(entry.replace('index.m3u8', 'seg1.ts'))).text.length).toBe(300_000)
  rmSync(ballast)
  await until('room', async () => !(await isFull()))
  expect(await entriesAtHome()).toBe(9000)
})
