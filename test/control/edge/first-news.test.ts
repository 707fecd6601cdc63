import { expect, test } from 'vitest'
import { createFirstNews } from '../../../control/edge/first-news.ts'

const LONG = 600_000
const times = { silenceMs: LONG, patienceMs: LONG, returnMs: LONG }
const ours = () => 'ours'

const isOver = async (promise: Promise<void>): Promise<boolean> => {
  const pending = new Promise<'pending'>((resolve) => setTimeout(() => resolve('pending'), 5))
  return (await Promise.race([promise, pending])) === undefined
}

test('an edge that has synced does not wait, another one does', async () => {
  const news = createFirstNews(ours, times)
  const waits = [news.of('north'), news.of('north'), news.of('south')]
  expect(await isOver(waits[0] as Promise<void>)).toBe(false)
  news.heard('north', null)
  expect(await Promise.all(waits.map(isOver))).toEqual([true, true, false])
  expect(await isOver(news.of('north'))).toBe(true)
})

test('an edge that stays silent is waited for once, and no longer than it may take', async () => {
  const news = createFirstNews(ours, { ...times, patienceMs: 20 })
  await news.of('north')
  expect(await isOver(news.of('north'))).toBe(true)
})

test('an edge that fell silent is waited for again', async () => {
  const news = createFirstNews(ours, { ...times, silenceMs: 0 })
  news.heard('north', 'ours')
  const waiting = news.of('north')
  expect(await isOver(waiting)).toBe(false)
  news.heard('north', 'ours')
  expect(await isOver(waiting)).toBe(true)
})

test('the viewers of an edge whose sessions nobody knows are waited for, once', async () => {
  let epoch: string | null = null
  const news = createFirstNews(() => epoch, { ...times, returnMs: 40 })
  expect(news.isStrange('north', 'lost')).toBe(true)
  const waiting = news.of('north')
  news.heard('north', 'lost')
  expect(await isOver(waiting)).toBe(false)
  await waiting
  expect(news.isStrange('north', 'lost')).toBe(false)
  expect(news.isStrange('south', 'lost')).toBe(true)
  for (epoch of ['first', 'second']) expect(news.isStrange('south', epoch)).toBe(false)
  expect(news.isStrange('south', 'first')).toBe(false)
  expect(news.isStrange('south', null)).toBe(false)
})
