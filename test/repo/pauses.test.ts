import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../control/config/paths.ts'
import { LONGEST_PAUSE_MS, pause } from '../support/pause.ts'

const root = packageRoot()

/** Players keep their own time; and here stands what must be found. */
const EXEMPT = /^test\/(?:players\/|support\/programs\/players\.ts$|repo\/pauses\.test\.ts$)/

const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `test/${name}`)
  .filter((name) => !EXEMPT.test(name))

const number = (text: string) => Number(text.replaceAll('_', ''))
const isShort = (ms: string) => /^[\d_]+$/.test(ms) && number(ms) <= LONGEST_PAUSE_MS

/** What waits for nothing but time: a promise that a timer resolves, a pause of a given length, the timers that are promises. */
function longWaits(text: string): string[] {
  const resolved =
    /setTimeout\(\s*(?:(?:resolve|done|ok)\b|\(\)\s*=>\s*(?:resolve|done|ok)\([^)]*\))\s*,\s*([^)]+?),?\s*\)/g
  const paused = /\b(?:pause|sleep|delay)\(\s*([\d_]+)\s*\)/g
  const timers = /from 'node:timers\/promises'/g
  return [
    ...[...text.matchAll(resolved), ...text.matchAll(paused)]
      .filter(([, ms = '']) => !isShort(ms))
      .map(([found]) => found),
    ...[...text.matchAll(timers)].map(([found]) => found),
  ]
}

test('a wait that is too long is found', () => {
  for (const text of [
    'await new Promise((resolve) => setTimeout(resolve, 1500))',
    'new Promise<null>((resolve) => setTimeout(() => resolve(null), 8_000))',
    'new Promise((done) => setTimeout(done, end - Date.now()))',
    'await pause(1_000)',
    "import { setTimeout as sleep } from 'node:timers/promises'",
  ])
    expect(longWaits(text), text).toHaveLength(1)
  for (const text of [
    'await pause(300)',
    'setTimeout(resolve, 50)',
    'setTimeout(() => answer(), 900)',
  ])
    expect(longWaits(text), text).toEqual([])
})

test('no test outside the players waits longer than 300 ms for nothing but time', () => {
  expect(files.length).toBeGreaterThan(200)
  const found = files
    // The one place where the length is a variable: `pause`, which checks it.
    .filter((file) => file !== 'test/support/pause.ts')
    .flatMap((file) =>
      longWaits(readFileSync(join(root, file), 'utf8')).map((it) => `${file}: ${it}`),
    )
  expect(found).toEqual([])
})

test('a pause refuses to be longer', async () => {
  await expect(pause(LONGEST_PAUSE_MS + 1)).rejects.toThrow('wait for a condition instead')
  await expect(pause(1)).resolves.toBeUndefined()
})
