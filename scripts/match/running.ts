import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { startApart } from './apart.ts'
import { addressOf } from './crowd.ts'

/** What viewers who play ask for. */
export interface Watch {
  readonly edge: string
  /** Path that opens the channel. */
  readonly entry: string
  /** Number of the first viewer. */
  readonly first: number
  readonly count: number
}

/** Times of the manifests since the last call, ms, and how many were no 200. */
export interface Taken {
  readonly times: readonly number[]
  readonly failed: number
}

const PERIOD_MS = 1000

/** The last address a manifest names. */
const lastNamed = (manifest: string): string =>
  manifest
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .at(-1) ?? ''

/** Viewers who play already: each has fetched a segment, and asks for its manifest once a second, all of them spread over the second, for as long as the process lives. */
export const startRunning = async ({
  edge,
  entry,
  first,
  count,
}: Watch): Promise<{ readonly take: () => Taken }> => {
  const pool = new Pool(edge, { connections: count })
  let times: number[] = []
  let failed = 0
  const play = async (viewer: number) => {
    const headers = { 'x-forwarded-for': addressOf(viewer), 'user-agent': 'Lavf/60.16.100' }
    const opened = await pool.request({ path: entry, method: 'GET', headers })
    await opened.body.dump()
    const location = String(opened.headers['location'] ?? '')
    if (opened.statusCode !== 302) throw new Error(`a running viewer got ${opened.statusCode}`)
    const path = new URL(location, edge).pathname
    const manifest = await (await pool.request({ path, method: 'GET', headers })).body.text()
    const segment = new URL(lastNamed(manifest), new URL(path, edge)).pathname
    await (await pool.request({ path: segment, method: 'GET', headers })).body.dump()
    const loop = async () => {
      await sleep(((viewer - first) / count) * PERIOD_MS)
      for (;;) {
        const began = performance.now()
        const answer = await pool.request({ path, method: 'GET', headers }).catch(() => null)
        await answer?.body.dump()
        if (answer?.statusCode !== 200) failed += 1
        const took = performance.now() - began
        times.push(took)
        await sleep(Math.max(0, PERIOD_MS - took))
      }
    }
    return loop
  }
  const loops = await Promise.all(Array.from({ length: count }, (_, at) => play(first + at)))
  for (const loop of loops) void loop()
  return {
    take: () => {
      const taken = { times, failed }
      times = []
      failed = 0
      return taken
    },
  }
}

/** {@link startRunning} in a process of its own. */
export const startRunningApart = async (
  watch: Watch,
): Promise<{ readonly take: () => Promise<Taken>; readonly stop: () => Promise<void> }> => {
  const apart = await startApart(join(import.meta.dirname, 'running-process.ts'), watch)
  return { take: async () => (await apart.ask('take')) as Taken, stop: apart.stop }
}
