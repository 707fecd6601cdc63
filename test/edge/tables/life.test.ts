import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { type Rig, startRig } from '../rig/rig.ts'
import { channelRows, group } from '../rig/tables.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig((stub, origin) => {
    stub.policy = { ...stub.policy, groups: [group('all', { isDefault: true })] }
    stub.tables.channels.rows = channelRows({ ch1: { origin: origin.url, base: '/hls/ch1/' } })
    origin.files.set('/hls/ch1/index.m3u8', { type: 'application/x-mpegurl', body: '#EXTM3U\n' })
  })
})
afterAll(() => rig?.stop())

const workers = (): number[] =>
  readFileSync(`/proc/${rig.nginx.pid}/task/${rig.nginx.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)

/** Kills a worker; one that the reload has ended meanwhile is gone already. */
const killWorker = (pid: number): void => {
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('worker process'))
      process.kill(pid, 'SIGKILL')
  } catch (problem) {
    const code = problem instanceof Error && 'code' in problem ? problem.code : null
    if (code !== 'ENOENT' && code !== 'ESRCH') throw problem
  }
}

test('health names engine and versions', async () => {
  const health = await rig.get('/health')
  const body = JSON.parse(health.text) as Record<string, unknown>
  expect(body).toMatchObject({
    status: 'ok',
    ready: true,
    engine: 'QuickJS',
    engineIsNewEnough: true,
    wedgedZone: null,
  })
  expect(body['controlSilentSec']).toBeLessThan(5)
})

test('reload and a killed worker keep leases; the sync goes on', async () => {
  const opened = await rig.get(`/live/${rig.ticket()}/ch1/index.m3u8`)
  const path = opened.headers.get('location') ?? ''
  expect((await rig.get(path)).status).toBe(200)
  const asked = rig.stub.count('/check')
  await rig.nginx.reload()
  for (let i = 0; i < 4; i++) expect((await rig.get(path)).status).toBe(200)
  for (const pid of workers()) killWorker(pid)
  await until('new workers', async () => {
    try {
      return (await rig.get(path)).status === 200
    } catch {
      return false
    }
  })
  for (let i = 0; i < 4; i++) expect((await rig.get(path)).status).toBe(200)
  expect(rig.stub.count('/check')).toBe(asked)
  const syncs = rig.stub.syncs.length
  await until('the next sync', () => rig.stub.syncs.length > syncs + 1)
  expect(new Set(rig.stub.syncs.map((it) => it.boot)).size).toBe(1)
})

test('nothing alarming stands in the error log', () => {
  const lines = rig.nginx.errorLog().split('\n')
  // A killed worker takes with it a sync that was on its way through it: the other end sees a reset.
  const alarming = lines.filter(
    (line) =>
      /\[(?:emerg|crit)\]|gatehouse:/.test(line) &&
      !line.endsWith('gatehouse: sync: connect failed'),
  )
  expect(alarming).toEqual([])
})
