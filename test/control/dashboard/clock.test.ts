import { afterEach, expect, test, vi } from 'vitest'
import { noteTime, serverNow } from '../../../control/dashboard/app/data/clock.ts'

afterEach(() => {
  vi.useRealTimers()
  noteTime(new Date().toUTCString())
})

const at = (text: string) => vi.useFakeTimers({ now: new Date(text), toFake: ['Date'] })

test('the time is that of the answers, and the browser’s own where they hardly differ', () => {
  at('2026-03-01T12:00:00Z')
  noteTime('Sun, 01 Mar 2026 09:30:00 GMT')
  expect(new Date(serverNow()).toISOString()).toBe('2026-03-01T09:30:00.000Z')
  vi.setSystemTime(new Date('2026-03-01T12:00:10Z'))
  expect(new Date(serverNow()).toISOString()).toBe('2026-03-01T09:30:10.000Z')
  noteTime(null)
  noteTime('yesterday')
  expect(new Date(serverNow()).toISOString()).toBe('2026-03-01T09:30:10.000Z')
  noteTime('Sun, 01 Mar 2026 12:00:12 GMT')
  expect(serverNow()).toBe(Date.now())
})
