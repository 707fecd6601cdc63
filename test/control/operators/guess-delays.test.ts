import { expect, test } from 'vitest'
import { createGuessDelays } from '../../../control/operators/guess-delays.ts'

const setting = () => {
  let now = 1_000_000
  const delays = createGuessDelays(() => now)
  /** One wrong try; the seconds it has to wait, 0 where it was looked at. */
  const guess = (...keys: string[]): number => {
    const begun = delays.begin(keys)
    return typeof begun === 'number' ? begun : 0
  }
  const succeed = (...keys: string[]): void => {
    const begun = delays.begin(keys)
    if (typeof begun !== 'number') begun.succeeded()
  }
  return { delays, guess, succeed, pass: (ms: number) => (now += ms) }
}

test('three wrong tries are looked at, then waits double up to a quarter of an hour', () => {
  const { guess, pass } = setting()
  const waits: number[] = []
  for (let n = 0; n < 24; n += 1) {
    const wait = guess('name a')
    waits.push(wait)
    pass(wait * 1000)
  }
  expect(waits.slice(0, 8)).toEqual([0, 0, 0, 1, 0, 2, 0, 4])
  expect(Math.max(...waits)).toBe(900)
})

test('of many tries at once three are looked at', () => {
  const { delays } = setting()
  const begun = Array.from({ length: 50 }, () => delays.begin(['name a', 'address x']))
  expect(begun.filter((it) => typeof it !== 'number')).toHaveLength(3)
})

test('the longest wait of address and name counts; success forgives, and so does an hour', () => {
  const { guess, succeed, pass } = setting()
  for (let n = 0; n < 3; n += 1) guess('address x', 'name a')
  expect(guess('address x', 'name b')).toBe(1)
  expect(guess('address y', 'name b')).toBe(0)
  pass(1000)
  succeed('address x')
  for (const _ of [1, 2, 3]) expect(guess('address x')).toBe(0)
  expect(guess('name a')).toBe(0)
  expect(guess('name a')).toBe(2)
  pass(3_600_001)
  for (const _ of [1, 2, 3]) expect(guess('name a')).toBe(0)
})

test('a try that was neither right nor wrong neither counts nor forgives', () => {
  const { delays, guess } = setting()
  guess('name a')
  guess('name a')
  for (let n = 0; n < 5; n += 1) {
    const begun = delays.begin(['name a'])
    if (typeof begun === 'number') expect.unreachable()
    else begun.undone()
  }
  expect(guess('name a')).toBe(0)
  expect(guess('name a')).toBe(1)
})

test('memory is bounded: the oldest guesser is forgotten', () => {
  const { guess } = setting()
  for (let n = 0; n < 3; n += 1) guess('first')
  expect(guess('first')).toBeGreaterThan(0)
  for (let n = 0; n < 10_001; n += 1) guess(`other ${n}`)
  expect(guess('first')).toBe(0)
})
