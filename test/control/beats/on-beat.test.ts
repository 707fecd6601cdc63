import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onBeat } from '../../../control/beats/on-beat.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  // From here on moments count from a beat of every length below.
  vi.advanceTimersByTime(6000 - (performance.now() % 6000))
})
afterEach(() => {
  vi.useRealTimers()
})

test('what waits for the same beat shares one timer, whenever it began to wait', () => {
  const done: [string, number][] = []
  const start = performance.now()
  const note = (name: string) => () => {
    done.push([name, performance.now() - start])
  }
  onBeat(1000, note('a'))
  vi.advanceTimersByTime(300)
  onBeat(1000, note('b'))
  onBeat(2000, note('c'))
  vi.advanceTimersByTime(500)
  onBeat(1000, note('d'))
  expect(vi.getTimerCount()).toBe(2)
  vi.advanceTimersByTime(1200)
  expect(done).toEqual([
    ['a', 1000],
    ['b', 1000],
    ['d', 1000],
    ['c', 2000],
  ])
  expect(vi.getTimerCount()).toBe(0)
})

test('it is done once, not on the beat that has nearly come, and not when it was called off', () => {
  const done: string[] = []
  vi.advanceTimersByTime(950)
  onBeat(1000, () => done.push('late'))
  const callOff = onBeat(1000, () => done.push('called off'))
  vi.advanceTimersByTime(60)
  expect(done).toEqual([])
  callOff()
  vi.advanceTimersByTime(5000)
  expect(done).toEqual(['late'])
})

test('what begins again on its beat comes at every one', () => {
  const start = performance.now()
  const at: number[] = []
  const again = (): void => {
    at.push(performance.now() - start)
    onBeat(1000, again)
  }
  onBeat(1000, again)
  onBeat(1000, again)
  vi.advanceTimersByTime(3500)
  expect(at).toEqual([1000, 1000, 2000, 2000, 3000, 3000])
})
