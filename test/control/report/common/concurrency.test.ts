import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findConcurrency, type Interval } from '../../../../control/report/common/concurrency.ts'

const meets = (a: Interval, b: Interval): boolean =>
  a.device !== b.device && a.network !== b.network && a.start < b.end && b.start < a.end

const compareAll = (intervals: readonly Interval[]) => {
  let overlaps = 0
  const pairs = new Set<string>()
  const isConcurrent = new Uint8Array(intervals.length)
  for (const [i, a] of intervals.entries())
    for (const [j, b] of intervals.entries()) {
      if (j <= i || !meets(a, b)) continue
      overlaps += 1
      pairs.add([String(a.name), String(b.name)].sort().join(' '))
      isConcurrent[i] = 1
      isConcurrent[j] = 1
    }
  return { overlaps, pairs: pairs.size, isConcurrent: [...isConcurrent] }
}

const sweep = (intervals: readonly Interval[]) => {
  const { overlaps, devicePairs, isConcurrent } = findConcurrency(intervals)
  return { overlaps, pairs: devicePairs.length, isConcurrent: [...isConcurrent] }
}

// Few moments, devices and networks, so that ties, touching and reversed intervals are common.
const interval = fc.record<Interval>({
  start: fc.integer({ min: 0, max: 12 }),
  end: fc.integer({ min: 0, max: 12 }),
  device: fc.constantFrom('a', 'b', 'c', null),
  name: fc.constantFrom('one', 'two'),
  network: fc.constantFrom('x', 'y', 'z', null),
})

describe('sessions at the same time', () => {
  it('are those a comparison of all pairs finds, reversed and empty intervals included', () => {
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 40 }), (intervals) => {
        expect(sweep(intervals)).toEqual(compareAll(intervals))
      }),
      { numRuns: 2000 },
    )
  })

  const at = (start: number, end: number, name: string): Interval => ({
    start,
    end,
    device: name,
    network: name,
  })

  it('do not include ones that touch', () => {
    expect(sweep([at(0, 10, 'a'), at(10, 20, 'b')]).overlaps).toBe(0)
  })

  it('include one without length inside another, but not at its edge', () => {
    expect(sweep([at(0, 10, 'a'), at(5, 5, 'b')]).overlaps).toBe(1)
    expect(sweep([at(0, 10, 'a'), at(0, 0, 'b'), at(10, 10, 'c')]).overlaps).toBe(0)
    expect(sweep([at(5, 5, 'a'), at(5, 5, 'b')]).overlaps).toBe(0)
  })

  it('take null for a device and a network of its own', () => {
    const rows = [
      { start: 0, end: 10, device: null, network: 'x' },
      { start: 0, end: 10, device: null, network: 'y' },
      { start: 0, end: 10, device: 'a', network: null },
    ]
    expect(sweep(rows)).toEqual({ overlaps: 2, pairs: 1, isConcurrent: [1, 1, 1] })
  })

  it('are counted in the time of a sort where everybody overlaps everybody', () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => at(i, 1e6 + i, `d${i % 3}`))
    const { overlaps, pairs } = sweep(rows)
    expect(pairs).toBe(3)
    const sizes = [6667, 6667, 6666]
    const same = sizes.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0)
    expect(overlaps).toBe((20_000 * 19_999) / 2 - same)
  })
})
