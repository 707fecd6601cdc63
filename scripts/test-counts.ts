/** How many tests ended how. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** Counts vitest's JSON report; a file that failed to load, and a run that failed without naming a test, count as one failure. */
export function countVitest(report: string | null, exitCode: number): Counts {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 }
  const read = JSON.parse(report) as VitestReport
  const broken = read.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((it) => it.status === 'failed'),
  ).length
  const failed = read.numFailedTests + broken
  return {
    passed: read.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: read.numPendingTests + read.numTodoTests,
  }
}

/** A line per stage with its time, and the closing line. */
export function summary(rows: readonly { name: string; counts: Counts; seconds: number }[]): {
  lines: string[]
  hasFailed: boolean
} {
  const total = { passed: 0, failed: 0, skipped: 0 }
  const lines = rows.map(({ name, counts, seconds }) => {
    total.passed += counts.passed
    total.failed += counts.failed
    total.skipped += counts.skipped
    const word = counts.failed === 0 ? 'ok' : 'FAILED'
    return `${name.padEnd(14)} ${`${seconds.toFixed(1)} s`.padStart(9)}  ${word}`
  })
  lines.push(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  return { lines, hasFailed: total.failed > 0 }
}
