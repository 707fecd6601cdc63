import { expect, test } from 'vitest'
import { judge, verdictLine } from '../../../scripts/bench/sessions/verdict.ts'

const SIZES = [0, 1_000, 10_000, 100_000]
const pointsOf = (cost: (sessions: number) => number) =>
  SIZES.map((sessions) => ({ sessions, total: cost(sessions) }))

test('a fixed cost says nothing about the growth', () => {
  const verdict = judge(
    pointsOf((n) => 500 + n / 10),
    10_000,
  )
  expect(verdict.fixed).toBe(500)
  expect(verdict.below).toBeCloseTo(1_000)
  expect(verdict.above).toBeCloseTo(1_000)
  expect(verdict.isLinear).toBe(true)
})

test.each([
  ['less than linear', (n: number) => Math.sqrt(n), true],
  ['n log n', (n: number) => n * Math.log2(n + 1), false],
  ['quadratic', (n: number) => n * n, false],
  ['quadratic beside a large linear part', (n: number) => n + (n * n) / 50_000, false],
])('%s', (_name, cost, isLinear) => {
  expect(judge(pointsOf(cost), 1).isLinear).toBe(isLinear)
})

test('the line names sizes, costs and the verdict', () => {
  const quantity = { name: 'memory', unit: ' B', per: 1, digits: 0 }
  expect(
    verdictLine(
      quantity,
      pointsOf((n) => n * 128),
    ),
  ).toBe(
    'memory: each step adds to 1,000 128 B, to 10,000 128 B, to 100,000 128 B; ' +
      'up to 10,000 128 B, beyond 128 B, ratio 1.00, linear or better: yes',
  )
})

test('two sizes are too few', () => {
  expect(() => judge(pointsOf(Number).slice(0, 2), 1)).toThrow('three sizes')
})

test('a slope too small to matter is not judged by its noise', () => {
  const points = pointsOf((n) => n ** 2 / 1e9)
  expect(judge(points, 1).isLinear).toBe(false)
  expect(judge(points, 1, 1).isLinear).toBe(true)
})
