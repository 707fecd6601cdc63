import { expect, test } from 'vitest'
import { sortedRows } from '../../../control/dashboard/app/data/rows.ts'

const sorted = (values: readonly (string | number)[], isDown = false) =>
  sortedRows(values, (value) => value, isDown)

test('texts are sorted without case and accents, and numbers in them by their value', () => {
  expect(sorted(['film 10', 'Film 9', 'Élan', 'eland', 'film 9b'])).toEqual([
    'Élan',
    'eland',
    'Film 9',
    'film 9b',
    'film 10',
  ])
  expect(sorted(['Яна', 'ёлка', 'анна'])).toEqual(['анна', 'ёлка', 'Яна'])
})

test('numbers are sorted as numbers, the other way round where asked; equal ones stay as they were', () => {
  expect(sorted([10, 9, 100], true)).toEqual([100, 10, 9])
  const rows = [
    { id: 'a', name: 'x' },
    { id: 'b', name: 'X' },
  ]
  expect(sortedRows(rows, ({ name }) => name, false).map(({ id }) => id)).toEqual(['a', 'b'])
})
