import { expect, test } from 'vitest'
import { createGuessDelays } from '../../../control/operators/guess-delays.ts'

const setting = () => {
  let now = 1_000_000
  const delays = createGuessDelays(() => now)
  return { delays, pass: (ms: number) => (now += ms) }
}

test('two wrong tries are free, then waits double up to a quarter of an hour', () => {
  const { delays, pass } = setting()
  const waits: number[] = []
  for (let n = 0; n < 16; n += 1) {
    delays.failed(['name a'])
    const wait = delays.waitSec(['name a'])
    waits.push(wait)
    pass(wait * 1000)
  }
  expect(waits.slice(0, 6)).toEqual([0, 0, 1, 2, 4, 8])
  expect(waits.at(-1)).toBe(900)
})

test('the longest wait of address and name counts; success forgives, and so does an hour', () => {
  const { delays, pass } = setting()
  for (let n = 0; n < 5; n += 1) delays.failed(['address x', 'name a'])
  expect(delays.waitSec(['address x', 'name b'])).toBe(4)
  expect(delays.waitSec(['address y', 'name b'])).toBe(0)
  delays.succeeded(['address x'])
  expect(delays.waitSec(['address x'])).toBe(0)
  expect(delays.waitSec(['name a'])).toBe(4)
  pass(3_600_001)
  expect(delays.waitSec(['name a'])).toBe(0)
  delays.failed(['name a'])
  expect(delays.waitSec(['name a'])).toBe(0)
})

test('memory is bounded: the oldest guesser is forgotten', () => {
  const { delays } = setting()
  for (let n = 0; n < 4; n += 1) delays.failed(['first'])
  expect(delays.waitSec(['first'])).toBeGreaterThan(0)
  for (let n = 0; n < 10_001; n += 1) delays.failed([`other ${n}`])
  expect(delays.waitSec(['first'])).toBe(0)
})
