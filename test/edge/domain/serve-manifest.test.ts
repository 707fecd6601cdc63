import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { pause } from '../../support/pause.ts'
import { startWithOneChannel, zones } from './dictionary.ts'

const handler = '../../../njs/handlers/origins/serve-manifest.ts'
const { serveManifest } = (await import(handler)) as {
  readonly serveManifest: (r: object) => Promise<void>
}
const waiting = '../../../njs/handlers/sessions/await-manifest.ts'
const { awaitManifest } = (await import(waiting)) as {
  readonly awaitManifest: (r: object) => Promise<void>
}
const state = '../../../njs/state/manifests/copies.ts'
const { keepCopy, keepFailure, keepUnshared } = (await import(state)) as {
  readonly keepFailure: (key: string, status: number, ttlMs: number) => void
  readonly keepCopy: (key: string, copy: object, now: number) => void
  readonly keepUnshared: (key: string, ttlMs: number) => void
}

const locks = '../../../njs/state/manifests/flights.ts'
const { takeFlight } = (await import(locks)) as {
  readonly takeFlight: (key: string, ttlMs: number) => boolean
}
const dues = '../../../njs/state/manifests/due.ts'
interface Due {
  readonly at: number
  readonly earlyMs: number
}
const { noteAnswer, pauseMs, readDue } = (await import(dues)) as {
  readonly noteAnswer: (playlist: string, now: number, held: object) => void
  readonly pauseMs: (looks: number, due: Due, now: number) => number
  readonly readDue: (playlist: string) => Due
}

const COPY = '1 ch1/index.m3u8'
const flights = zones['gh_flights']
const fetched = vi.fn()

beforeEach(() => {
  startWithOneChannel()
  vi.stubGlobal('ngx', { shared: zones, fetch: fetched })
  const body = Buffer.from('#EXTM3U\n#EXT-X-TARGETDURATION:4\nfetched.ts\n')
  const headers = { get: () => null, getAll: () => [] }
  const arrayBuffer = () => Promise.resolve(body)
  fetched.mockReset().mockResolvedValue({ status: 200, headers, arrayBuffer })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** Another worker does this between the look at a copy and the lock. */
const meanwhile = (act: () => void): void => {
  if (flights === undefined) throw new Error('no dictionary of flights')
  const { add } = flights
  vi.spyOn(flights, 'add').mockImplementation((key, value, ttl) => {
    if (key === COPY) act()
    return add(key, value, ttl)
  })
}

const variablesFor = (path: string, copy: string): Record<string, string> => ({
  http_x_gh_copy: copy,
  http_x_gh_channel: 'ch1',
  http_x_gh_rest: 'index.m3u8',
  http_x_gh_origin: 'http://127.0.0.1:9',
  http_x_gh_path: path,
})

/** The file that the manifest names which a request gets. */
const ask = async (path = '/ch1/index.m3u8', copy = COPY): Promise<string> => {
  const answer = vi.fn()
  const variables = variablesFor(path, copy)
  await serveManifest({ variables, headersOut: {}, rawHeadersIn: [], return: answer })
  const [status, text] = answer.mock.calls[0] ?? []
  expect([status, answer.mock.calls.length]).toEqual([200, 1])
  return String(text).trim().split('\n').at(-1) ?? ''
}

const bringCopy = (): void => {
  const now = Date.now()
  const times = { freshUntil: now + 1_000, goodUntil: now + 2_000 }
  keepCopy(COPY, { ...times, text: '#EXTM3U\nbrought.ts\n' }, now)
}

test('who finds none fetches one, and who comes then gets it', async () => {
  expect([await ask(), await ask()]).toEqual(['fetched.ts', 'fetched.ts'])
  expect(fetched).toHaveBeenCalledTimes(1)
})

test('a copy that another worker brought between the look and the lock is sent, and none is fetched', async () => {
  meanwhile(bringCopy)
  expect(await ask()).toBe('brought.ts')
  expect(fetched).not.toHaveBeenCalled()
  expect(flights?.has(COPY)).toBe(false)
})

test('what another worker found to be written for each viewer is fetched for this one, and kept for none', async () => {
  meanwhile(() => keepUnshared(COPY, 60_000))
  expect([await ask(), await ask()]).toEqual(['fetched.ts', 'fetched.ts'])
  expect(fetched).toHaveBeenCalledTimes(2)
})

test('who waits for a part looks often when it is due, and seldom before', async () => {
  vi.useFakeTimers()
  try {
    const headers = { get: () => null, getAll: () => [] }
    const body = Buffer.from('#EXTM3U\n#EXT-X-PART-INF:PART-TARGET=0.25\nfetched.ts\n')
    const answer = { status: 200, headers, arrayBuffer: () => Promise.resolve(body) }
    const copies = zones['gh_manifests']
    if (copies === undefined) throw new Error('no dictionary of copies')
    const looks = vi.spyOn(copies, 'get')
    for (const [part, lateMs] of [0, 7, -9, 0].entries()) {
      fetched.mockImplementation(async () => {
        await pause(250 + lateMs)
        return answer
      })
      const path = `/ch1/index.m3u8?_HLS_msn=7&_HLS_part=${part}`
      const copy = `${COPY}?${part}`
      const began = Date.now()
      looks.mockClear()
      const came = [ask(path, copy), ask(path, copy)].map(
        async (it) => await it.then(() => Date.now() - began),
      )
      await vi.advanceTimersByTimeAsync(1_000)
      const [first = 0, second = 0] = await Promise.all(came)
      vi.setSystemTime(began + first)
      // What the first part shows is known from the second on.
      if (part === 0) continue
      expect(first, path).toBe(250 + lateMs)
      expect(second - first, path).toBeLessThanOrEqual(4)
      expect(looks.mock.calls.length, path).toBeLessThan(40)
    }
  } finally {
    vi.useRealTimers()
  }
})

test('a reload that its origin holds is fetched once, however many viewers wait for it', async () => {
  const answer: unknown = await fetched()
  fetched.mockClear()
  let letGo = (): void => {}
  fetched.mockReturnValue(new Promise((resolve) => (letGo = () => resolve(answer))))
  const asked = Array.from({ length: 1_000 }, () => ask('/ch1/index.m3u8?_HLS_msn=7&_HLS_part=1'))
  letGo()
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['fetched.ts']))
  expect(fetched).toHaveBeenCalledTimes(1)
})

test('an origin that brings no whole answer in 20 s is asked once, and all who wait are told', async () => {
  vi.useFakeTimers()
  try {
    let giveUp = (): void => {}
    const given = new Promise((_, reject) => (giveUp = () => reject(new Error('read timed out'))))
    fetched.mockReturnValue(given)
    const told: unknown[] = []
    for (let viewer = 0; viewer < 20; viewer += 1) {
      const variables = { ...variablesFor('/ch1/index.m3u8', COPY), http_x_gh_wait: 'wait-1' }
      const headersOut: Record<string, string> = {}
      const end = () => void told.push([headersOut['X-Accel-Redirect'], headersOut['X-Gh-Reason']])
      void serveManifest({ variables, headersOut, rawHeadersIn: [], return: end })
    }
    // What nginx does then.
    await vi.advanceTimersByTimeAsync(20_000)
    expect([told.length, fetched.mock.calls.length]).toEqual([0, 1])
    giveUp()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(told.map(String)).toEqual(
      Array.from({ length: 20 }, () => '/_gatehouse/origin-unavailable,origin.failed'),
    )
    expect(fetched.mock.calls.length).toBe(1)
  } finally {
    vi.useRealTimers()
  }
})

test('what is no manifest is asked for once by each of those that wait for it', async () => {
  const headers = { get: () => null, getAll: () => [] }
  const arrayBuffer = () => Promise.resolve(Buffer.from('{"ASSETS":[]}'))
  fetched.mockResolvedValue({ status: 200, headers, arrayBuffer })
  const asked = await Promise.all(Array.from({ length: 3 }, () => ask()))
  expect(asked).toEqual(Array.from({ length: 3 }, () => '{"ASSETS":[]}'))
  expect(fetched).toHaveBeenCalledTimes(3)
})

/** What becomes of a blocking reload that waits in the public server: a status and the file that its manifest names, or where it goes on. */
const wait = async (): Promise<unknown[]> => {
  const variables = { gh_copy: COPY, gh_channel: 'ch1', gh_asked_rest: 'index.m3u8' }
  const told: unknown[] = []
  await awaitManifest({
    variables,
    headersOut: {},
    return: (status: number, text: string) =>
      void told.push(status, text.trim().split('\n').at(-1)),
    internalRedirect: (uri: string) => void told.push(uri),
  })
  return told
}

describe('a blocking reload waits where it was judged', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('until another request has brought what it asks for', async () => {
    takeFlight(COPY, 40_000)
    const told = Promise.all([wait(), wait()])
    await vi.advanceTimersByTimeAsync(700)
    bringCopy()
    await vi.advanceTimersByTimeAsync(25)
    expect(await told).toEqual([
      [200, 'brought.ts'],
      [200, 'brought.ts'],
    ])
  })

  test.each([
    ['its origin refused it', () => keepFailure(COPY, 404, 500)],
    ['it is written for each viewer', () => keepUnshared(COPY, 60_000)],
    ['who went for it has nothing', () => flights?.delete(COPY)],
  ])('or goes for it by itself where %s', async (_, act) => {
    takeFlight(COPY, 40_000)
    const told = wait()
    await vi.advanceTimersByTimeAsync(100)
    act()
    await vi.advanceTimersByTimeAsync(25)
    expect(await told).toEqual(['/_gatehouse/manifest-admitted'])
  })

  test('for half a minute at most', async () => {
    takeFlight(COPY, 40_000)
    const told = wait()
    await vi.advanceTimersByTimeAsync(30_100)
    expect(await told).toEqual(['/_gatehouse/origin-unavailable'])
  })
})

describe('looks for an answer that is due', () => {
  /** When a waiter looks that begins `beforeMs` before an answer is due, and it comes `lateMs` after. */
  const looks = (due: Due, beforeMs: number, lateMs: number): number[] => {
    const at: number[] = []
    for (let now = due.at - beforeMs; ; now += pauseMs(at.length, due, now)) {
      at.push(now - due.at)
      if (now >= due.at + lateMs) return at
    }
  }

  test('are few before, and within 4 ms of it when it comes', () => {
    const due = { at: 100_000, earlyMs: 0 }
    for (const beforeMs of [30, 240, 480, 950])
      for (const lateMs of [-9, 0, 1, 7, 20, 39]) {
        const at = looks(due, beforeMs, lateMs)
        expect(
          (at.at(-1) ?? 0) - lateMs,
          `${beforeMs} ${lateMs}: ${at.join()}`,
        ).toBeLessThanOrEqual(4)
        expect(at.filter((it) => it < 0).length, `${beforeMs}: ${at.join()}`).toBeLessThanOrEqual(
          12,
        )
      }
  })

  test.each([
    ['of which nothing is known', { at: 0, earlyMs: 0 }, 0],
    ['that was due long ago', { at: 100_000, earlyMs: 0 }, 100_000],
  ])('come ever later for one %s', (_, due, began) => {
    const looksAt = [began]
    while ((looksAt.at(-1) ?? 0) < began + 10_000) {
      const now = looksAt.at(-1) ?? 0
      const ms = pauseMs(looksAt.length - 1, due, now)
      expect(ms > 0 && ms <= 60, String(ms)).toBe(true)
      expect(ms).toBeLessThanOrEqual(60)
      expect(ms, String(now - began)).toBeLessThanOrEqual(20 + (now - began) / 8)
      looksAt.push(now + ms)
    }
    expect(looksAt.length).toBeLessThan(200)
  })

  test('begin earlier where answers have come earlier, and are not put off by one that was there when it was asked for', () => {
    const playlist = 'ch1/index.m3u8'
    const held = { heldMs: 200, paceMs: 250 }
    noteAnswer(playlist, 10_000, held)
    expect(readDue(playlist)).toEqual({ at: 10_250, earlyMs: 0 })
    noteAnswer(playlist, 10_238, held)
    expect(readDue(playlist)).toEqual({ at: 10_488, earlyMs: 12 })
    // Asked for late: it says nothing of when it was made.
    noteAnswer(playlist, 10_600, { heldMs: 3, paceMs: 250 })
    expect(readDue(playlist)).toEqual({ at: 10_738, earlyMs: 12 })
    noteAnswer(playlist, 10_738, held)
    expect(readDue(playlist).earlyMs).toBeCloseTo(10.8)
    noteAnswer(playlist, 90_000, held)
    expect(readDue(playlist).at).toBe(90_250)
  })
})
