import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { startWithOneChannel, zones } from './dictionary.ts'

const handler = '../../../njs/handlers/origins/serve-manifest.ts'
const { serveManifest } = (await import(handler)) as {
  readonly serveManifest: (r: object) => Promise<void>
}

const COPY = '1 ch1/day.m3u8'
const DAY = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${'#EXTINF:2,\n/ch1/1.ts\n'.repeat(20_000)}#EXT-X-ENDLIST\n`
const WORKER = 3
const PLACES = [`work ${WORKER} 0`, `work ${WORKER} 1`]
const fetched = vi.fn()

beforeEach(() => {
  startWithOneChannel()
  vi.stubGlobal('ngx', { shared: zones, fetch: fetched, worker_id: WORKER })
  const headers = { get: () => null, getAll: () => [] }
  const arrayBuffer = () => Promise.resolve(Buffer.from(DAY))
  fetched.mockReset().mockResolvedValue({ status: 200, headers, arrayBuffer })
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Others at work in the places of this worker, who tell so. */
const occupy = (): void => {
  for (const place of [...PLACES, 'work']) zones['gh_flights']?.set(place, 1, 10_000)
}

/** Asks for the archive; what is told, in the order it is. */
const ask = (told: unknown[]): void => {
  const variables = {
    http_x_gh_copy: COPY,
    http_x_gh_channel: 'ch1',
    http_x_gh_rest: 'day.m3u8',
    http_x_gh_origin: 'http://127.0.0.1:9',
    http_x_gh_path: '/ch1/day.m3u8',
  }
  const headersOut: Record<string, string> = {}
  const end = (status: number, text: string) =>
    void told.push(headersOut['X-Accel-Redirect'] ?? [status, text.split('\n')[3]])
  void serveManifest({ variables, headersOut, rawHeadersIn: [], return: end })
}

test('a long manifest waits for a place of its worker, and frees it', async () => {
  const told: unknown[] = []
  occupy()
  ask(told)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told).toEqual([])
  zones['gh_flights']?.delete(PLACES[1] ?? '')
  await vi.advanceTimersByTimeAsync(5_000)
  expect(told).toEqual([[200, '1.ts']])
  expect(zones['gh_flights']?.has(PLACES[1] ?? '')).toBe(false)
})

test('who has waited too long is told that the edge is busy, and so is whoever waits for the same', async () => {
  const told: unknown[] = []
  ask(told)
  occupy()
  ask(told)
  for (let second = 0; second < 41; second += 1) {
    await vi.advanceTimersByTimeAsync(1_000)
    occupy()
  }
  expect(told).toEqual(['/_gatehouse/edge-busy', '/_gatehouse/edge-busy'])
  expect(fetched).toHaveBeenCalledTimes(1)
  expect(zones['gh_flights']?.has(COPY)).toBe(false)
})
