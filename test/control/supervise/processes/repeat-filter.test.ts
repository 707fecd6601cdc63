import { expect, test } from 'vitest'
import { createRepeatFilter } from '../../../../control/supervise/processes/repeat-filter.ts'

test('a line that repeats is shown once a minute, with how often it came', () => {
  const shown: string[] = []
  let time = 0
  const tell = createRepeatFilter(
    (line) => shown.push(line),
    () => time,
  )
  const line = (connection: number) =>
    `2026/11/22 22:00:${10 + Math.floor(time / 10_000)} [crit] 42#42: *${connection} connect() failed`
  for (time = 0; time < 60_000; time += 10_000) tell(line(time))
  tell('line 4: is left out')
  tell('line 9: is left out')
  expect(shown).toHaveLength(3)
  time = 61_000
  tell(line(7))
  expect(shown.at(-1)).toMatch(/connect\(\) failed \(and 5 times more in between\)$/)
})
