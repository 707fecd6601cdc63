import { expect, test } from 'vitest'
import { createStateWatch } from '../../../../control/compose/background/watched-state.ts'

test('what changes by itself is told once, by its kind, and only while somebody watches', async () => {
  let isWatched = true
  let health = 'good'
  const told: string[] = []
  const round = createStateWatch({ isWatched: () => isWatched }, (what) => told.push(what), {
    health: () => Promise.resolve({ health }),
    source: () => ['as before'],
  })
  await round()
  expect(told).toEqual([])
  health = 'bad'
  await round()
  await round()
  expect(told).toEqual(['health'])
  isWatched = false
  health = 'good'
  await round()
  isWatched = true
  await round()
  expect(told).toEqual(['health'])
  health = 'bad'
  await round()
  expect(told).toEqual(['health', 'health'])
})
