import { expect, test } from 'vitest'
import { lagOf } from '../../../control/dashboard/app/data/clock.ts'

test('an edge that synced when it was read has no growing lag, a silent one has', () => {
  const [syncedAt, second] = [1_000_000, 1_000]
  expect(lagOf(syncedAt, syncedAt + second, syncedAt + 300 * second)).toBe(second)
  expect(lagOf(syncedAt, syncedAt + 11 * second, syncedAt + 300 * second)).toBe(300 * second)
  expect(lagOf(syncedAt, syncedAt - second, syncedAt)).toBe(0)
})
