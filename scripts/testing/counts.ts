/** Number of tests by result. */
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

/** Result of a run: its counts, and each failure as text, the first line naming file and test. */
export interface Outcome {
  readonly counts: Counts
  /** What failed for good. */
  readonly failed?: readonly string[]
  /** What failed at first and passed when run again: counted among the failures. */
  readonly flaky?: readonly string[]
  /** The same of tests that may fail once: not counted. */
  readonly forgiven?: readonly string[]
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

interface Failing {
  /** The name of the test and its place among those of the same name; null for a file that could not be loaded. */
  readonly key: string | null
  readonly words: string
}

/** The tests of a file by name and place among those of the same name. */
function keyed({ assertionResults }: TestFile) {
  const seen = new Map<string, number>()
  return assertionResults.map(({ fullName = '', status, failureMessages = [] }) => {
    const place = (seen.get(fullName) ?? 0) + 1
    seen.set(fullName, place)
    return { key: `${fullName}\n${place}`, fullName, status, failureMessages }
  })
}

function failingIn(file: TestFile, shown: (file: string) => string): Failing[] {
  const failed = keyed(file).filter(({ status }) => status === 'failed')
  if (failed.length === 0 && file.status === 'failed')
    return [{ key: null, words: [shown(file.name), ...firstLines(file.message ?? '')].join('\n') }]
  return failed.map(({ key, fullName, failureMessages }) => ({
    key,
    words: [`${shown(file.name)} > ${fullName}`, ...failureMessages.flatMap(firstLines)].join('\n'),
  }))
}

/** What failed, each with the first lines of its message; file names as `shown` puts them. */
export const failures = (run: TestRun, shown: (file: string) => string): string[] =>
  filesOf(run).flatMap((file) => failingIn(file, shown).map(({ words }) => words))

/** What failed in the first run of a file and did not in the second. */
function flakyIn(first: TestFile, second: TestFile, shown: (file: string) => string): Failing[] {
  const passed = new Set(keyed(second).flatMap((it) => (it.status === 'passed' ? [it.key] : [])))
  return failingIn(first, shown).filter(({ key }) =>
    key === null ? second.status !== 'failed' : passed.has(key),
  )
}

/**
 * What two runs come to, the second of them of the files that failed in the first: of those the
 * second run counts, but what failed only at first is a failure still, unless `mayFailOnce` says
 * otherwise for its file. `shown` turns a file into the name printed.
 */
export function outcomeOfTwoRuns(
  first: TestRun,
  second: TestRun,
  mayFailOnce: (file: string) => boolean,
  shown: (file: string) => string,
): Outcome {
  const repeated = new Set(failedFiles(first))
  const kept = filesOf(first).filter(({ name }) => !repeated.has(name))
  const later = new Map(filesOf(second).map((file) => [file.name, file]))
  const flaky: Failing[] = []
  const forgiven: Failing[] = []
  for (const file of filesOf(first)) {
    const again = later.get(file.name)
    if (again === undefined) continue
    const list = mayFailOnce(file.name) ? forgiven : flaky
    list.push(...flakyIn(file, again, shown))
  }
  const { passed, failed, skipped } = sum([...kept.map(countFile), countRun(second)])
  const passedLate = flaky.filter(({ key }) => key !== null).length
  const words = (all: readonly Failing[]) => all.map((it) => it.words)
  return {
    counts: { passed: passed - passedLate, failed: failed + flaky.length, skipped },
    failed: failures(second, shown),
    flaky: words(flaky),
    forgiven: words(forgiven),
  }
}

/** What a stage came to, and how long it took. */
export interface StageRow extends Outcome {
  readonly name: string
  readonly seconds: number
}

const sectionOf = (how: string, all: readonly string[] = []) =>
  all.map((it) => `  ${how}: ${it.replaceAll('\n', '\n      ')}`)

/** A line per stage with its time, one that names what is flaky, and the closing line. */
export function summary(rows: readonly StageRow[]): { lines: string[]; hasFailed: boolean } {
  const total = sum(rows.map(({ counts }) => counts))
  const lines = rows.flatMap(({ name, counts, seconds, failed, flaky, forgiven }) => [
    `${name.padEnd(14)} ${`${seconds.toFixed(1)} s`.padStart(9)}  ${counts.failed === 0 ? 'ok' : 'FAILED'}`,
    ...sectionOf('failed', failed),
    ...sectionOf('flaky, failed at first and passed when run again', flaky),
    ...sectionOf('failed at first, passed when run again, as a player may', forgiven),
  ])
  const flaky = rows.flatMap((row) => row.flaky ?? []).map((it) => it.split('\n')[0])
  if (flaky.length > 0) lines.push(`${flaky.length} flaky: ${flaky.join('; ')}`)
  lines.push(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  return { lines, hasFailed: total.failed > 0 }
}
