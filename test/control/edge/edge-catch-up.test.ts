import { expect, test } from 'vitest'
import { createEdgeCatchUp } from '../../../control/edge/edge-catch-up.ts'

const LONG = 600_000
const times = { silenceMs: LONG, syncTimeoutMs: LONG, returnMs: LONG }

const isOver = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = new Promise<'pending'>((resolve) => setTimeout(() => resolve('pending'), 5))
  return (await Promise.race([promise, pending])) !== 'pending'
}

test('an edge that has synced does not wait, another one does', async () => {
  const catchUp = createEdgeCatchUp(times)
  const waits = [catchUp.caughtUp('north'), catchUp.caughtUp('north'), catchUp.caughtUp('south')]
  expect(await isOver(waits[0] as Promise<boolean>)).toBe(false)
  catchUp.synced('north', true)
  expect(await Promise.all(waits.map(isOver))).toEqual([true, true, false])
  expect(await isOver(catchUp.caughtUp('north'))).toBe(true)
})

test('an edge that stays silent is waited for once, and no longer than it may take', async () => {
  const catchUp = createEdgeCatchUp({ ...times, syncTimeoutMs: 20 })
  await catchUp.caughtUp('north')
  expect(await isOver(catchUp.caughtUp('north'))).toBe(true)
})

test('an edge that fell silent is waited for again', async () => {
  const catchUp = createEdgeCatchUp({ ...times, silenceMs: 0 })
  catchUp.synced('north', true)
  const waiting = catchUp.caughtUp('north')
  expect(await isOver(waiting)).toBe(false)
  catchUp.synced('north', true)
  expect(await isOver(waiting)).toBe(true)
})

test('the viewers of an edge whose sessions nobody knows are waited for, once', async () => {
  const catchUp = createEdgeCatchUp({ ...times, returnMs: 1_000 })
  expect(catchUp.beginSync('north', 'lost', null)).toBe(true)
  catchUp.synced('north', false)
  expect(await catchUp.caughtUp('north')).toBe(false)
  expect(catchUp.beginSync('north', 'none', null)).toBe(false)
  catchUp.synced('north', true)
  expect(catchUp.isWaiting('north')).toBe(true)
  await expect.poll(() => catchUp.isWaiting('north'), { timeout: 15_000 }).toBe(false)
  expect(await catchUp.caughtUp('north')).toBe(true)
  expect(catchUp.beginSync('north', 'lost', 'first')).toBe(false)
  expect(catchUp.beginSync('south', 'lost', 'first')).toBe(true)
})

test('what an edge was told by this control plane is not strange', () => {
  const catchUp = createEdgeCatchUp(times)
  const tellings = [
    [null, null],
    [null, 'first'],
    ['first', null],
    ['first', 'second'],
    ['none', 'second'],
    ['second', 'second'],
  ] as const
  for (const [told, present] of tellings)
    expect(catchUp.beginSync('north', told, present), `${told} ${present}`).toBe(false)
})
