import { expect, test } from 'vitest'
import { createFirstNews } from '../../../control/edge/edge-catch-up.ts'

const LONG = 600_000
const times = { silenceMs: LONG, patienceMs: LONG, returnMs: LONG }

const isOver = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = new Promise<'pending'>((resolve) => setTimeout(() => resolve('pending'), 5))
  return (await Promise.race([promise, pending])) !== 'pending'
}

test('an edge that has synced does not wait, another one does', async () => {
  const news = createFirstNews(times)
  const waits = [news.of('north'), news.of('north'), news.of('south')]
  expect(await isOver(waits[0] as Promise<boolean>)).toBe(false)
  news.heard('north', true)
  expect(await Promise.all(waits.map(isOver))).toEqual([true, true, false])
  expect(await isOver(news.of('north'))).toBe(true)
})

test('an edge that stays silent is waited for once, and no longer than it may take', async () => {
  const news = createFirstNews({ ...times, patienceMs: 20 })
  await news.of('north')
  expect(await isOver(news.of('north'))).toBe(true)
})

test('an edge that fell silent is waited for again', async () => {
  const news = createFirstNews({ ...times, silenceMs: 0 })
  news.heard('north', true)
  const waiting = news.of('north')
  expect(await isOver(waiting)).toBe(false)
  news.heard('north', true)
  expect(await isOver(waiting)).toBe(true)
})

test('the viewers of an edge whose sessions nobody knows are waited for, once', async () => {
  const news = createFirstNews({ ...times, returnMs: 40 })
  expect(news.compare('north', 'lost', null)).toBe(true)
  news.heard('north', false)
  expect(await news.of('north')).toBe(false)
  expect(news.compare('north', 'none', null)).toBe(false)
  news.heard('north', true)
  expect(news.isWaiting('north')).toBe(true)
  await expect.poll(() => news.isWaiting('north')).toBe(false)
  expect(await news.of('north')).toBe(true)
  expect(news.compare('north', 'lost', 'first')).toBe(false)
  expect(news.compare('south', 'lost', 'first')).toBe(true)
})

test('what an edge was told by this control plane is not strange', () => {
  const news = createFirstNews(times)
  const tellings = [
    [null, null],
    [null, 'first'],
    ['first', null],
    ['first', 'second'],
    ['none', 'second'],
    ['second', 'second'],
  ] as const
  for (const [told, present] of tellings)
    expect(news.compare('north', told, present), `${told} ${present}`).toBe(false)
})
