import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  coveredMs,
  gapMs,
  type Interval,
  intersectMerged,
  intervalOf,
  mergeIntervals,
  overlapMs,
  overlaps,
} from '../../njs/domain/interval.ts'

const MOMENTS = 60
const interval = fc
  .tuple(fc.nat(MOMENTS), fc.nat(20))
  .map(([start, length]): Interval => ({ start, end: start + length }))
const intervals = fc.array(interval, { maxLength: 12 })

/** The milliseconds an interval covers, one by one: slow and plainly right. */
const moments = (list: readonly Interval[]): Set<number> => {
  const covered = new Set<number>()
  for (const { start, end } of list) for (let t = start; t < end; t += 1) covered.add(t)
  return covered
}

describe('overlapMs', () => {
  it('counts exactly the moments both cover', () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        const shared = [...moments([a])].filter((t) => moments([b]).has(t))
        expect(overlapMs(a, b)).toBe(shared.length)
        expect(overlapMs(b, a)).toBe(overlapMs(a, b))
      }),
    )
  })

  it('is nothing for touching intervals', () => {
    fc.assert(
      fc.property(interval, fc.nat(20), (a, length) => {
        expect(overlapMs(a, { start: a.end, end: a.end + length })).toBe(0)
        expect(overlaps(a, { start: a.end, end: a.end + length })).toBe(false)
      }),
    )
  })

  it('is nothing with a zero-length interval, inside another or not', () => {
    fc.assert(
      fc.property(interval, fc.nat(MOMENTS), (a, t) => {
        expect(overlaps(a, { start: t, end: t })).toBe(false)
        expect(overlaps({ start: t, end: t }, { start: t, end: t })).toBe(false)
      }),
    )
  })

  it('asks for the least overlap it is told', () => {
    expect(overlaps({ start: 0, end: 10 }, { start: 5, end: 20 }, 5)).toBe(true)
    expect(overlaps({ start: 0, end: 10 }, { start: 5, end: 20 }, 6)).toBe(false)
  })
})

describe('gapMs', () => {
  it('is the way from one to the other, and excludes an overlap', () => {
    fc.assert(
      fc.property(interval, interval, (a, b) => {
        expect(gapMs(a, b)).toBe(gapMs(b, a))
        if (overlapMs(a, b) > 0) expect(gapMs(a, b)).toBe(0)
      }),
    )
    expect(gapMs({ start: 0, end: 10 }, { start: 25, end: 30 })).toBe(15)
  })
})

describe('intervalOf', () => {
  it('never ends before it starts', () => {
    expect(intervalOf(10, 3)).toEqual({ start: 10, end: 10 })
  })
})

describe('mergeIntervals', () => {
  it('covers the same moments with disjoint, ascending intervals', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        const merged = mergeIntervals(list)
        expect(moments(merged)).toEqual(moments(list))
        for (const [i, next] of merged.entries()) {
          const before = merged[i - 1]
          if (before) expect(next.start).toBeGreaterThan(before.end)
          expect(next.end).toBeGreaterThan(next.start)
        }
      }),
    )
  })

  it('does not depend on the order', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        expect(mergeIntervals(list.toReversed())).toEqual(mergeIntervals(list))
      }),
    )
  })

  it('joins touching intervals', () => {
    expect(
      mergeIntervals([
        { start: 5, end: 9 },
        { start: 1, end: 5 },
      ]),
    ).toEqual([{ start: 1, end: 9 }])
  })
})

describe('coveredMs', () => {
  it('counts shared time once', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        expect(coveredMs(list)).toBe(moments(list).size)
      }),
    )
  })
})

describe('intersectMerged', () => {
  it('covers exactly the moments both lists cover', () => {
    fc.assert(
      fc.property(intervals, intervals, (a, b) => {
        const shared = intersectMerged(mergeIntervals(a), mergeIntervals(b))
        const expected = [...moments(a)].filter((t) => moments(b).has(t))
        expect([...moments(shared)].sort((x, y) => x - y)).toEqual(expected.sort((x, y) => x - y))
      }),
    )
  })
})
