import { expect, test } from 'vitest'
import { completeLock } from '../../scripts/complete-lock.ts'
import {
  countRun,
  countWithSecondRun,
  failedFiles,
  failures,
  summary,
} from '../../scripts/test-counts.ts'

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

test('of files that were run again, the second run counts, and nothing else is forgiven', () => {
  const first = run(1, file('a', 'passed', 'failed'), file('b', 'passed', 'skipped'), broken)
  const good = run(0, file('a', 'passed', 'passed'), { ...broken, status: 'passed' })
  expect(countWithSecondRun(first, good)).toEqual({ passed: 3, failed: 0, skipped: 1 })
  const bad = run(1, file('a', 'passed', 'failed'), broken)
  expect(countWithSecondRun(first, bad)).toEqual({ passed: 2, failed: 2, skipped: 1 })
  expect(countWithSecondRun(first, { report: null, exitCode: 1 }).failed).toBe(1)
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
  const repeated = ['test/e2e/a.test.ts > it runs\nError: no']
  const late = summary([{ name: 'servers', counts, seconds: 0, repeated }])
  expect(late.lines[1]).toBe(
    '  failed at first, passed when run again: test/e2e/a.test.ts > it runs\n      Error: no',
  )
  expect(late.hasFailed).toBe(false)
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
