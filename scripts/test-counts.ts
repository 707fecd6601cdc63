/** How many tests ended how. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

interface TestFile {
  readonly name: string
  readonly status: string
  /** Why the file could not be loaded. */
  readonly message?: string
  readonly assertionResults: readonly {
    readonly status: string
    readonly fullName?: string
    readonly failureMessages?: readonly string[]
  }[]
}

/** One run of vitest: its JSON report, null when there is none, and its exit code. */
export interface TestRun {
  readonly report: string | null
  readonly exitCode: number
}

const filesOf = ({ report }: TestRun): readonly TestFile[] =>
  report === null ? [] : (JSON.parse(report) as { testResults: readonly TestFile[] }).testResults

const countFile = ({ status, assertionResults }: TestFile): Counts => {
  const count = (isWanted: (status: string) => boolean) =>
    assertionResults.filter((it) => isWanted(it.status)).length
  const failed = count((it) => it === 'failed')
  const passed = count((it) => it === 'passed')
  return {
    passed,
    failed: failed === 0 && status === 'failed' ? 1 : failed,
    skipped: assertionResults.length - passed - failed,
  }
}

const sum = (all: readonly Counts[]): Counts => ({
  passed: all.reduce((total, it) => total + it.passed, 0),
  failed: all.reduce((total, it) => total + it.failed, 0),
  skipped: all.reduce((total, it) => total + it.skipped, 0),
})

/** Counts a run; a file that failed to load, and a run that failed without naming a test, count as one failure. */
export function countRun(run: TestRun): Counts {
  if (run.report === null) return { passed: 0, failed: 1, skipped: 0 }
  const counts = sum(filesOf(run).map(countFile))
  return counts.failed === 0 && run.exitCode !== 0 ? { ...counts, failed: 1 } : counts
}

/** The files in which something failed. */
export const failedFiles = (run: TestRun): string[] =>
  filesOf(run)
    .filter((file) => countFile(file).failed > 0)
    .map(({ name }) => name)

const MESSAGE_LINES = 8

const firstLines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
    .slice(0, MESSAGE_LINES)

/** What failed, each with the first lines of its message; file names as `shown` puts them. */
export function failures(run: TestRun, shown: (file: string) => string): string[] {
  return filesOf(run).flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((it) => it.status === 'failed')
    if (failed.length === 0 && status === 'failed')
      return [[shown(name), ...firstLines(message ?? '')].join('\n')]
    return failed.map(({ fullName = '', failureMessages = [] }) =>
      [`${shown(name)} > ${fullName}`, ...failureMessages.flatMap(firstLines)].join('\n'),
    )
  })
}

/** Counts a run whose failed files have been run again: theirs are the second run's. */
export function countWithSecondRun(first: TestRun, second: TestRun): Counts {
  const repeated = new Set(failedFiles(first))
  const kept = filesOf(first).filter(({ name }) => !repeated.has(name))
  return sum([...kept.map(countFile), countRun(second)])
}

/** What a stage came to. */
export interface StageRow {
  readonly name: string
  readonly counts: Counts
  readonly seconds: number
  /** What failed for good. */
  readonly failed?: readonly string[]
  /** What failed, in files that then passed by themselves. */
  readonly repeated?: readonly string[]
}

/** A line per stage with its time, and the closing line. */
export function summary(rows: readonly StageRow[]): { lines: string[]; hasFailed: boolean } {
  const total = sum(rows.map(({ counts }) => counts))
  const lines = rows.flatMap(({ name, counts, seconds, failed = [], repeated = [] }) => {
    const word = counts.failed === 0 ? 'ok' : 'FAILED'
    const indented = (text: string) => text.replaceAll('\n', '\n      ')
    return [
      `${name.padEnd(14)} ${`${seconds.toFixed(1)} s`.padStart(9)}  ${word}`,
      ...failed.map((it) => `  failed: ${indented(it)}`),
      ...repeated.map((it) => `  failed at first, passed when run again: ${indented(it)}`),
    ]
  })
  lines.push(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  return { lines, hasFailed: total.failed > 0 }
}
