import { expect, test } from 'vitest'
import { readJson } from '#domain/read-json'

test('a value is read where it is JSON and of the kind wanted', () => {
  const isNumber = (value: unknown): value is number => typeof value === 'number'
  expect(readJson('12', isNumber)).toBe(12)
  expect(readJson('"12"', isNumber)).toBeNull()
  expect(readJson('12,', isNumber)).toBeNull()
  expect(readJson('', isNumber)).toBeNull()
})
