import { join } from 'node:path'
import { startChild } from '../../../test/support/programs/child.ts'
import { until } from '../../../test/support/programs/port.ts'
import { nginxOf } from '../../../test/support/programs/processes.ts'
import { startRedis } from '../../../test/support/programs/redis.ts'
import { startService } from '../../../test/support/programs/service.ts'
import { cpuOf, family, get, type LoadResult, run } from '../load.ts'
import { ROUNDS, SCALE } from './measure.ts'
import { micros, type Row } from './table.ts'

const VIEWERS = 500
const PLAYLISTS = 8

/** A Gatehouse of the demo on a Redis of its own: every viewer in one group, counted by network. */
export const OPENINGS_CONFIG = (redis: string): string => `edge:
  listen: __EDGE__
  workers: 1
  trusted_proxies: [127.0.0.1/32]
admin: { listen: __ADMIN__ }
redis: { url: '${redis}' }
sources:
  - { name: demo, url: 'http://__ORIGIN__/playlist.m3u', refresh_sec: 3600 }
groups:
  - { name: everyone, default: true, max_sessions: 1000, limitation: hard }
demo: { enabled: true, origin: __ORIGIN__ }
`

const addressOf = (viewer: number): string => `10.7.${viewer >> 8}.${viewer & 255}`
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? Number.NaN

/** The first entry of each viewer's own list. */
const openingsOf = async (edge: string): Promise<string[]> => {
  const one = async (viewer: number): Promise<string> => {
    const from = { 'X-Forwarded-For': addressOf(viewer) }
    const text = await (await fetch(`${edge}/playlist.m3u`, { headers: from })).text()
    const entry = /^https?:\/\/[^/]+(\/live\/\S+)$/m.exec(text)?.[1]
    if (entry === undefined) throw new Error('the playlist has no entry')
    return get(entry, from)
  }
  const found: string[] = []
  for (let at = 0; at < VIEWERS; at += PLAYLISTS)
    found.push(...(await Promise.all(Array.from({ length: PLAYLISTS }, (_, i) => one(at + i)))))
  return found
}

/**
 * Openings through a whole Gatehouse, compared with a bare route with one script call. Throws an
 * `Error` where an opening is refused.
 */
export const measureOpenings = async (): Promise<Row[]> => {
  const redis = await startRedis()
  const bare = startChild(
    [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'script-server.ts'), redis.url],
    { env: { ...process.env, NODE_ENV: 'production' } },
  )
  const service = await startService({ config: OPENINGS_CONFIG(redis.url) })
  try {
    await until('the bare route', () => /^\d+\n/m.test(bare.output()), 20_000)
    const ports = {
      bare: Number.parseInt(bare.output(), 10),
      edge: Number(new URL(service.edge).port),
    }
    const openings = await openingsOf(service.edge)
    let turn = 0
    const ours = (connections: number, count: number): Promise<LoadResult> =>
      run({
        port: ports.edge,
        connections,
        count,
        request: () => openings[turn++ % openings.length] ?? '',
      })
    const theirs = (connections: number, count: number): Promise<LoadResult> =>
      run({ port: ports.bare, connections, count, request: get('/open') })
    const pids = {
      ours: [...family(service.pid), ...family(nginxOf(service)), redis.pid],
      bare: [bare.pid, redis.pid],
    }
    await ours(16, 1000)
    await theirs(16, 1000)
    const best = {
      p50: Infinity,
      bareP50: Infinity,
      rate: 0,
      bareRate: 0,
      cpu: Infinity,
      bareCpu: Infinity,
    }
    for (let round = 0; round < ROUNDS; round++) {
      const alone = await ours(1, Math.ceil(400 * SCALE))
      const aloneBare = await theirs(1, Math.ceil(400 * SCALE))
      const before = cpuOf(pids.ours)
      const many = await ours(16, Math.ceil(2000 * SCALE))
      const between = [cpuOf(pids.ours), cpuOf(pids.bare)] as const
      const manyBare = await theirs(16, Math.ceil(4000 * SCALE))
      best.cpu = Math.min(best.cpu, (between[0] - before) / many.requests / 1000)
      best.bareCpu = Math.min(
        best.bareCpu,
        (cpuOf(pids.bare) - between[1]) / manyBare.requests / 1000,
      )
      if (alone.status !== 302 || many.status !== 302)
        throw new Error(`an opening was answered ${many.status}`)
      best.p50 = Math.min(best.p50, median(alone.times))
      best.bareP50 = Math.min(best.bareP50, median(aloneBare.times))
      best.rate = Math.max(best.rate, many.requests / many.seconds)
      best.bareRate = Math.max(best.bareRate, manyBare.requests / manyBare.seconds)
    }
    const ms = (value: number): string => `${value.toFixed(2)} ms`
    const rate = (value: number): string => `${value.toFixed(0)}/s`
    return [
      {
        what: 'opening, p50 in ms / Fastify and one script',
        ours: ms(best.p50),
        beside: ms(best.bareP50),
        value: best.p50,
        goal: { most: 2 },
      },
      {
        what: 'openings a second, 16 at once / the same',
        ours: rate(best.rate),
        beside: rate(best.bareRate),
        value: best.rate / best.bareRate,
        goal: { least: 0.6 },
      },
      {
        what: 'opening, CPU of all processes / the same',
        ours: micros(best.cpu),
        beside: micros(best.bareCpu),
        value: best.cpu / best.bareCpu,
        goal: null,
      },
    ]
  } finally {
    await service.stop()
    await bare.stop()
    await redis.stop()
  }
}
