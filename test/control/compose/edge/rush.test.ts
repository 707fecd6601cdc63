import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRush } from '../../../../control/compose/edge/rush.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A rush over a priority that notes what is done to it. */
const started = (refusals = 0) => {
  const done: string[] = []
  let left = refusals
  const machine = { isBusy: false }
  const rush = createRush({
    lower: () => void done.push('lower'),
    restore: () => {
      done.push('restore')
      left -= 1
      return left < 0
    },
    isStarved: () => machine.isBusy,
  })
  /** So many openings in each quarter of a second. */
  const open = (openings: number, quarters: number): void => {
    for (let quarter = 0; quarter < quarters; quarter++) {
      for (let at = 0; at < openings; at++) rush.count()
      vi.advanceTimersByTime(250)
    }
  }
  return { rush, done, open, machine }
}

test('two hundred openings a second lower the priority once, until two seconds have gone by without', () => {
  const { done, open } = started()
  open(50, 12)
  expect(done).toEqual(['lower'])
  open(3, 7)
  expect(done).toEqual(['lower'])
  open(3, 1)
  expect(done).toEqual(['lower', 'restore'])
  open(50, 1)
  expect(done).toEqual(['lower', 'restore', 'lower'])
})

test('what comes steadily below that lowers nothing, and no timer stays', () => {
  const { done, open } = started()
  open(49, 40)
  vi.advanceTimersByTime(2_000)
  expect(done).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

test('a priority that cannot be restored at once is tried again, and a stop restores it', () => {
  const { rush, done, open } = started(1)
  open(50, 1)
  open(0, 8)
  expect(done).toEqual(['lower', 'restore'])
  open(0, 1)
  expect(done).toEqual(['lower', 'restore', 'restore'])
  open(50, 1)
  rush.stop()
  expect(done.slice(3)).toEqual(['lower', 'restore'])
  expect(vi.getTimerCount()).toBe(0)
})

test('where other programs keep the processors busy for a second, the priority is the usual one until the rush is over', () => {
  const { done, open, machine } = started()
  open(50, 1)
  machine.isBusy = true
  open(50, 3)
  machine.isBusy = false
  open(50, 1)
  machine.isBusy = true
  open(50, 4)
  expect(done).toEqual(['lower'])
  open(50, 12)
  expect(done).toEqual(['lower', 'restore'])
  machine.isBusy = false
  open(3, 8)
  expect(vi.getTimerCount()).toBe(0)
  open(50, 1)
  expect(done).toEqual(['lower', 'restore', 'lower'])
})
