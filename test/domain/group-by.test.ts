import { expect, test } from 'vitest'
import { groupBy } from '#domain/group-by'

test('values stand under their key, keys and values in the order they came', () => {
  const groups = groupBy(['b1', 'a1', 'b2', 'constructor'], (text) => text.slice(0, 1))
  expect([...groups]).toEqual([
    ['b', ['b1', 'b2']],
    ['a', ['a1']],
    ['c', ['constructor']],
  ])
  expect(groupBy([], () => 'a').size).toBe(0)
})
