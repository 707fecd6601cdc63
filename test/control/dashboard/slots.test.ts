import { expect, test } from 'vitest'
import { Slots } from '../../../control/dashboard/app/data/slots.ts'

const numbersOf = (slots: Slots, ids: string[], held: number | null = null) => {
  const placed = slots.place(ids, held)
  return ids.map((id) => placed.get(id))
}

test('a row keeps its number while it is drawn, and the number of one that went away serves the next', () => {
  const slots = new Slots()
  expect(numbersOf(slots, ['a', 'b', 'c'])).toEqual([0, 1, 2])
  expect(numbersOf(slots, ['b', 'c', 'd'])).toEqual([1, 2, 0])
  expect(numbersOf(slots, ['x', 'c', 'y'])).toEqual([1, 2, 0])
  expect(numbersOf(slots, ['x', 'c', 'y', 'z'])).toEqual([1, 2, 0, 3])
})

test('the element that holds the focus serves no other row', () => {
  const slots = new Slots()
  expect(numbersOf(slots, ['a', 'b'])).toEqual([0, 1])
  expect(numbersOf(slots, ['b', 'c'], 0)).toEqual([1, 2])
  expect(numbersOf(slots, ['c', 'd'])).toEqual([2, 1])
})
