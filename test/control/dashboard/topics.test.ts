import { expect, test } from 'vitest'
import { lagOf } from '../../../control/dashboard/app/data/clock.ts'
import { isAbout, type Topic } from '../../../control/dashboard/app/data/topics.ts'

const about = (event: Parameters<typeof isAbout>[0], ...topics: Topic[]) =>
  isAbout(event, new Set<string>(topics))

test('a page follows the kinds it names, and what was missed is of every kind', () => {
  expect(about({ event: 'session.opened' }, 'plays')).toBe(true)
  expect(about({ event: 'session.opened' }, 'history')).toBe(false)
  expect(about({ event: 'history.written' }, 'history')).toBe(true)
  expect(about({ event: 'history.written' }, 'plays', 'any change')).toBe(false)
  expect(about({ event: 'import.progress' }, 'imports')).toBe(true)
  expect(about({ event: 'changed', what: 'rule' }, 'rule')).toBe(true)
  expect(about({ event: 'changed', what: 'rule' }, 'account', 'plays')).toBe(false)
  expect(about({ event: 'changed', what: 'rule' }, 'any change')).toBe(true)
  expect(about({ event: 'reset' }, 'rule')).toBe(true)
})

test('an edge that synced when it was read has no growing lag, a silent one has', () => {
  const [syncedAt, second] = [1_000_000, 1_000]
  expect(lagOf(syncedAt, syncedAt + second, syncedAt + 300 * second)).toBe(second)
  expect(lagOf(syncedAt, syncedAt + 11 * second, syncedAt + 300 * second)).toBe(300 * second)
  expect(lagOf(syncedAt, syncedAt - second, syncedAt)).toBe(0)
})
