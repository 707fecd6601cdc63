import { expect, test } from 'vitest'
import { createFirstNews } from '../../../control/edge/first-news.ts'

const LONG = 600_000

const isOver = async (promise: Promise<void>): Promise<boolean> => {
  const pending = new Promise<'pending'>((resolve) => setTimeout(() => resolve('pending'), 5))
  return (await Promise.race([promise, pending])) === undefined
}

test('an edge that has synced does not wait, another one does', async () => {
  const news = createFirstNews(LONG)
  const waits = [news.of('north'), news.of('north'), news.of('south')]
  expect(await isOver(waits[0] as Promise<void>)).toBe(false)
  news.heard('north')
  expect(await Promise.all(waits.map(isOver))).toEqual([true, true, false])
  expect(await isOver(news.of('north'))).toBe(true)
})

test('an edge that stays silent is waited for no longer than it may take', async () => {
  const news = createFirstNews(20)
  await news.of('north')
  expect(await isOver(news.of('south'))).toBe(true)
})
