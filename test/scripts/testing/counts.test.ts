import { describe, expect, test } from 'vitest'
import { completeLock } from '../../../scripts/complete-lock.ts'
import {
  countRun,
  failedFiles,
  failures,
  outcomeOfTwoRuns,
  summary,
} from '../../../scripts/testing/counts.ts'

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status) => ({ status })),
})
const run = (exitCode: number, ...testResults: object[]) => ({
  report: JSON.stringify({ testResults }),
  exitCode,
})
const broken = { name: 'broken', status: 'failed', assertionResults: [] }

test('passed, failed and skipped are counted over all files', () => {
  const mixed = run(1, file('a', 'passed', 'failed'), file('b', 'passed', 'todo', 'skipped'))
  expect(countRun(mixed)).toEqual({ passed: 2, failed: 1, skipped: 2 })
  expect(failedFiles(mixed)).toEqual(['a'])
})

test('a file that cannot be loaded, a run that breaks and a missing report are failures', () => {
  expect(countRun(run(1, broken, broken)).failed).toBe(2)
  expect(countRun(run(1, file('a', 'passed'))).failed).toBe(1)
  expect(countRun({ report: null, exitCode: 0 }).failed).toBe(1)
})

describe('of files that were run again', () => {
  const named = (...all: [string, string][]) =>
    all.map(([fullName, status]) => ({ fullName, status }))
  const of = (name: string, ...all: [string, string][]) => ({
    ...file(name, ...all.map(([, status]) => status)),
    assertionResults: named(...all),
  })
  const isPlayers = (name: string) => name === 'player'
  const same = (name: string) => name
  const two = (first: object[], second: object[], exitCode = 0) =>
    outcomeOfTwoRuns(run(1, ...first), run(exitCode, ...second), isPlayers, same)

  test('what passes at the second run is named as flaky and counts as failed', () => {
    const first = [of('a', ['x', 'passed'], ['y', 'failed']), file('b', 'passed', 'skipped')]
    const outcome = two(first, [of('a', ['x', 'passed'], ['y', 'passed'])])
    expect(outcome).toEqual({
      counts: { passed: 2, failed: 1, skipped: 1 },
      failed: [],
      flaky: ['a > y'],
      forgiven: [],
    })
  })

  test('a player’s is named and forgiven', () => {
    const outcome = two([of('player', ['y', 'failed'])], [of('player', ['y', 'passed'])])
    expect(outcome).toMatchObject({
      counts: { passed: 1, failed: 0 },
      flaky: [],
      forgiven: ['player > y'],
    })
  })

  test('what fails twice, or only the second time, has failed for good', () => {
    const first = [of('a', ['x', 'passed'], ['y', 'failed']), of('player', ['z', 'failed'])]
    const second = [of('a', ['x', 'failed'], ['y', 'failed']), of('player', ['z', 'failed'])]
    expect(two(first, second, 1)).toEqual({
      counts: { passed: 0, failed: 3, skipped: 0 },
      failed: ['a > x', 'a > y', 'player > z'],
      flaky: [],
      forgiven: [],
    })
  })

  test('a file that loads only the second time is flaky, beside the tests it holds', () => {
    const outcome = two([broken], [file('broken', 'passed', 'passed')])
    expect(outcome.counts).toEqual({ passed: 2, failed: 1, skipped: 0 })
    expect(outcome.flaky).toEqual(['broken'])
    expect(two([broken], [broken], 1)).toMatchObject({ counts: { failed: 1 }, flaky: [] })
  })

  test('of tests with one name each is told by its place', () => {
    const first = of('a', ['x', 'failed'], ['x', 'passed'])
    const second = of('a', ['x', 'failed'], ['x', 'passed'])
    expect(two([first], [second], 1)).toMatchObject({ counts: { passed: 1, failed: 1 }, flaky: [] })
  })

  test('a second run without a report is a failure', () => {
    const nothing = { report: null, exitCode: 1 }
    const first = run(1, of('a', ['y', 'failed']))
    expect(outcomeOfTwoRuns(first, nothing, isPlayers, same).counts.failed).toBe(1)
  })
})

test('what failed is told by name, with the first lines of the message', () => {
  const failureMessages = ['Error: expected 1\n\n+ 2\n    at test (a.ts:3:1)']
  const one = { status: 'failed', fullName: 'adding adds', failureMessages }
  const first = run(
    1,
    { name: '/x/a', status: 'failed', assertionResults: [{ status: 'passed' }, one] },
    { ...broken, name: '/x/b', message: 'no such module' },
  )
  expect(failures(first, (it) => it.slice(3))).toEqual([
    'a > adding adds\nError: expected 1\n+ 2',
    'b\nno such module',
  ])
})

test('the last line counts everything', () => {
  const counts = { passed: 1, failed: 0, skipped: 0 }
  const good = summary([{ name: 'types', counts, seconds: 1.23 }])
  expect(good.lines).toEqual(['types              1.2 s  ok', '1 passed, 0 failed, 0 skipped'])
  expect(good.hasFailed).toBe(false)
  const bad = summary([{ name: 'unit', counts: { passed: 5, failed: 2, skipped: 3 }, seconds: 0 }])
  expect(bad.lines.at(-1)).toBe('5 passed, 2 failed, 3 skipped')
  expect(bad.hasFailed).toBe(true)
})

test('what is flaky is named on a line before the last', () => {
  const counts = { passed: 1, failed: 1, skipped: 0 }
  const flaky = ['test/e2e/a.test.ts > it runs\nError: no', 'test/e2e/b.test.ts > too\nError: no']
  const { lines, hasFailed } = summary([{ name: 'servers', counts, seconds: 0, flaky }])
  expect(lines).toEqual([
    'servers            0.0 s  FAILED',
    '  flaky, failed at first and passed when run again: test/e2e/a.test.ts > it runs\n      Error: no',
    '  flaky, failed at first and passed when run again: test/e2e/b.test.ts > too\n      Error: no',
    '2 flaky: test/e2e/a.test.ts > it runs; test/e2e/b.test.ts > too',
    '1 passed, 1 failed, 0 skipped',
  ])
  expect(hasFailed).toBe(true)
})

test('what a player was forgiven is told, and nothing has failed', () => {
  const counts = { passed: 1, failed: 0, skipped: 0 }
  const forgiven = ['test/players/a.test.ts > plays\nError: no']
  const { lines, hasFailed } = summary([{ name: 'servers', counts, seconds: 0, forgiven }])
  expect(lines[1]).toBe(
    '  failed at first, passed when run again, as a player may: test/players/a.test.ts > plays\n      Error: no',
  )
  expect(lines).toHaveLength(3)
  expect(hasFailed).toBe(false)
})

test('platform builds missing from the lock are named with their platform', () => {
  const before = {
    'node_modules/tool': {
      version: '1.0.0',
      dev: true,
      optionalDependencies: { '@tool/linux-arm64-musl': '1.0.0', '@tool/win32-x64': '1.0.0' },
    },
    'node_modules/@tool/win32-x64': { version: '1.0.0', optional: true },
  }
  expect(completeLock(before)['node_modules/@tool/linux-arm64-musl']).toEqual({
    version: '1.0.0',
    os: ['linux'],
    cpu: ['arm64'],
    libc: ['musl'],
    optional: true,
    dev: true,
  })
  expect(Object.keys(completeLock(before))).toHaveLength(3)
})
