import { expect, test } from 'vitest'
import { TupleNumbers } from '#domain/tuple-numbers'

test('the same values in the same order are one number, all others are others', () => {
  const numbers = new TupleNumbers()
  const of = (...values: unknown[]): number =>
    values.reduce<number>((tuple, value) => numbers.add(tuple, value), TupleNumbers.EMPTY)
  const tuples = [
    [],
    ['a'],
    ['b'],
    ['a', 'b'],
    ['b', 'a'],
    ['ab'],
    ['a', null],
    ['a', ''],
    ['a', 'b', true],
  ]
  const first = tuples.map((tuple) => of(...tuple))
  expect(new Set(first).size).toBe(tuples.length)
  expect(tuples.map((tuple) => of(...tuple))).toEqual(first)
})
