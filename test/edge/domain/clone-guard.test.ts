import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { zones } from './dictionary.ts'

/** What is tested of njs/state, which is typed for nginx. */
interface Guard {
  readonly claimStream: (key: string) => { readonly ok: boolean; readonly serial?: string }
  readonly isFetchRateSuspicious: (key: string, fetched: string) => string | null
  readonly noteStreamEnded: (key: string, serial: string) => void
}
const path = '../../../njs/state/clone-guard.ts'
const guard = (await import(path)) as Guard
const { claimStream, isFetchRateSuspicious, noteStreamEnded } = guard

const KEY = 'kAbCdEfGhIjKlMnO'
beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_003_000 })
  for (const zone of Object.values(zones)) zone.clear()
  vi.stubGlobal('ngx', { shared: zones })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const at = (ms: number): void => void vi.advanceTimersByTime(ms)

/** So many players at a live edge, each of which asks for each segment once, within a second. */
const watch = (players: number, segmentSec: number, seconds: number): number | null => {
  for (let now = 0; now < seconds; now += segmentSec) {
    for (let player = 0; player < players; player += 1)
      if (isFetchRateSuspicious(KEY, `/ch/${now}.ts`) !== null) return now
    at(segmentSec * 1000)
  }
  return null
}

describe('one player', () => {
  const asks: Record<string, () => (string | null)[]> = {
    'asks for one segment 250 times': () =>
      Array.from({ length: 250 }, () => isFetchRateSuspicious(KEY, '/ch/1.ts')),
    'asks for ten segments 100 times each within a few seconds': () =>
      Array.from({ length: 1000 }, (_, turn) => {
        at(8)
        return isFetchRateSuspicious(KEY, `/ch/${turn % 10}.ts`)
      }),
    'asks for a segment that fails 80 times a second for a minute': () =>
      Array.from({ length: 4800 }, () => {
        at(12.5)
        return isFetchRateSuspicious(KEY, '/ch/1.ts')
      }),
    'downloads an archive in 16 threads, with three tries for each': () =>
      Array.from({ length: 9000 }, (_, turn) => {
        at(2)
        return isFetchRateSuspicious(KEY, `/ch/${Math.floor(turn / 48) * 16 + (turn % 16)}.ts`)
      }),
    'asks for each segment in 64 ranges': () =>
      Array.from({ length: 6400 }, (_, turn) => {
        at(10)
        return isFetchRateSuspicious(KEY, `/ch/${Math.floor(turn / 64)}.tsbytes=${turn % 64}-`)
      }),
  }
  test.each(Object.entries(asks))('%s: is no copy', (_, run) => {
    expect(run().filter((reason) => reason !== null)).toEqual([])
  })
})

describe('many players behind one address', () => {
  test.each([
    [20, 6],
    [20, 4],
    [12, 2],
    [40, 10],
    [300, 10],
  ])('%i at segments of %i s: found within a minute', (players, segmentSec) => {
    expect(watch(players, segmentSec, 60)).not.toBeNull()
  })

  test('three never are', () => {
    expect(watch(3, 2, 600)).toBeNull()
  })
})

describe('connections of a stream', () => {
  const claim = (): string => {
    const { ok, serial } = claimStream(KEY)
    expect(ok).toBe(true)
    return serial ?? ''
  }

  test('one that reconnects after each end is no copy', () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const serial = claim()
      at(500)
      noteStreamEnded(KEY, serial)
    }
  })

  test('nor is one whose ends another worker sees after the next connection', () => {
    let before = claim()
    for (let turn = 0; turn < 40; turn += 1) {
      const serial = claim()
      at(200)
      noteStreamEnded(KEY, before)
      before = serial
    }
  })

  test('connections that take over from running ones are too many from the fifth on', () => {
    const claims = Array.from({ length: 6 }, () => claimStream(KEY).ok)
    expect(claims).toEqual([true, true, true, true, false, false])
  })

  test('those too that end long after they were replaced', () => {
    const claims = Array.from({ length: 7 }, () => {
      const { ok, serial } = claimStream(KEY)
      at(2_000)
      return { ok, serial: serial ?? '0' }
    })
    for (const { serial } of claims.slice(0, 3)) noteStreamEnded(KEY, serial)
    expect(claims.map(({ ok }) => ok).slice(4)).toEqual([false, false, false])
    expect(claimStream(KEY).ok).toBe(false)
  })
})
