import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { watchStandstill } from '../../../control/beats/standstill.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a standstill is known before the next look, and for two seconds after it', () => {
  const hasStood = watchStandstill()
  vi.advanceTimersByTime(5_000)
  expect(hasStood()).toBe(false)
  // The clock goes on while no timer is served, as while the process is stopped.
  vi.setSystemTime(Date.now() + 4_000)
  expect(hasStood()).toBe(true)
  vi.advanceTimersByTime(600)
  expect(hasStood()).toBe(true)
  vi.advanceTimersByTime(2_000)
  expect(hasStood()).toBe(false)
})
