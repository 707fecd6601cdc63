import { expect, test } from 'vitest'
import { completeLock } from '../../scripts/complete-lock.ts'
import { countVitest, summary } from '../../scripts/test-counts.ts'

const report = (more: object) =>
  JSON.stringify({
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: [],
    ...more,
  })

test('passed, failed and skipped are taken as vitest counts them', () => {
  expect(countVitest(report({}), 0)).toEqual({ passed: 3, failed: 0, skipped: 1 })
  const one = { status: 'failed', assertionResults: [{ status: 'failed' }] }
  expect(countVitest(report({ numFailedTests: 1, testResults: [one] }), 1).failed).toBe(1)
})

test('a file that cannot be loaded, a run that breaks and a missing report are failures', () => {
  const broken = { status: 'failed', assertionResults: [] }
  expect(countVitest(report({ testResults: [broken, broken] }), 1).failed).toBe(2)
  expect(countVitest(report({}), 1).failed).toBe(1)
  expect(countVitest(null, 0).failed).toBe(1)
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
