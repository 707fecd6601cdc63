import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { addressOf } from './crowd.ts'

/** Viewers who play already: each has fetched a segment, and asks for its manifest once a second, all of them spread over the second. */
export interface Running {
  /** Times of the manifests since the last call, ms, and how many were no 200. */
  readonly take: () => { readonly times: readonly number[]; readonly failed: number }
  readonly stop: () => Promise<void>
}

const PERIOD_MS = 1000

/** The last address a manifest names. */
const lastNamed = (manifest: string): string =>
  manifest
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .at(-1) ?? ''

/** Opens a channel for each of `count` viewers, numbered from `first`, and keeps them polling. */
export const startRunning = async (
  edge: string,
  entry: string,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<Running> => {
  const pool = new Pool(edge, { connections: count })
  const over = new AbortController()
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
      while (!over.signal.aborted) {
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
  const all = Promise.all(loops.map((loop) => loop()))
  return {
    take: () => {
      const taken = { times, failed }
      times = []
      failed = 0
      return taken
    },
    stop: async () => {
      over.abort()
      await all
      await pool.close()
    },
  }
}
