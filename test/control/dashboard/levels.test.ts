import { expect, test } from 'vitest'
import { levelsUntil, withLevel } from '../../../control/dashboard/app/pages/now/levels.ts'

const MINUTE = 60_000
const NOW = 100 * MINUTE
const level = (minutesAgo: number, streams: number) => ({
  at: NOW - minutesAgo * MINUTE,
  streams,
  accounts: 1,
})

test('each column of the last hour is the last level known by its end', () => {
  const levels = [level(60, 3), level(30, 9), level(29, 4), level(0, 7)]
  const shown = levelsUntil(NOW, levels).map(({ streams }) => streams)
  expect(shown).toEqual([3, 3, 3, 3, 3, 3, 9, 4, 4, 4, 4, 4, 7])
})

test('before the first level that is known stands the first', () => {
  expect(levelsUntil(NOW, [level(4, 5)]).map(({ streams }) => streams)).toEqual(
    Array.from({ length: 13 }, () => 5),
  )
  expect(levelsUntil(NOW, [])[0]).toEqual({ at: 0, streams: 0, accounts: 0 })
})

test('of levels that come quickly one each ten seconds is kept, and none older than they are shown', () => {
  let kept = withLevel([], level(90, 1))
  for (let second = 0; second <= 60; second += 1)
    kept = withLevel(kept, { at: NOW + second * 1000, streams: second, accounts: 1 })
  expect(kept.length).toBeLessThan(12)
  expect(kept.at(-1)?.streams).toBe(60)
  expect(kept.every(({ at }) => at >= NOW)).toBe(true)
})
