import { expect, test } from 'vitest'
import { createOlderHistory } from '../../../../control/compose/background/older-history.ts'

const DAY = 86_400_000

test('how far older plays are counted is told at the first step, every five minutes and at the end, by the one that counts', async () => {
  const said: string[] = []
  let [at, steps, isMine] = [0, 0, false]
  const round = createOlderHistory({
    history: {
      countOlder: () => Promise.resolve((steps += 1) < 400),
      olderCount: () => Promise.resolve({ since: (400 - steps) * DAY, share: steps / 400 }),
    },
    isMine: () => Promise.resolve(isMine),
    log: { info: (text: unknown) => said.push(String(text)) },
    now: () => at,
  })
  await round()
  expect(steps).toBe(0)
  isMine = true
  for (; at < 500_000; at += 1000) await round()
  expect(steps).toBe(400)
  expect(said).toEqual([
    expect.stringContaining('0 %, back to 1971-02-04'),
    expect.stringContaining('75 %, back to 1970-04-10'),
    'older plays are counted',
  ])
})
