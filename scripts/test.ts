import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { setPriority, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { packageRoot } from '../control/config/paths.ts'
import { Failure, reportAndExit, sentence } from '../control/runtime/failure.ts'
import { ensureRuntime } from '../control/runtime/resolve.ts'
import {
  type Counts,
  countRun,
  failedFiles,
  failures,
  type Outcome,
  outcomeOfTwoRuns,
  type StageRow,
  summary,
  type TestRun,
} from './testing/counts.ts'
import { chosenFiles, isPlayersTest, type TestKind } from './testing/files.ts'

const HELP = `Usage: ./scripts/test [--fast | FILE...]

Runs every check and test; what is missing is fetched first. --fast leaves out whatever starts a server.
With FILE, one or several test files or folders of them, it runs these alone: ./scripts/test test/domain/geo.test.ts
Up to three files that failed are run once more by themselves. What passes only then is named as flaky and counts as failed, except
for tests of real players, in test/players.
The last line is "N passed, N failed, N skipped"; the exit code is 1 when something failed, 2 when nothing could be run.
`

/** With more failed files than this nothing is run again. */
const RUN_AGAIN_LIMIT = 3

interface Stage {
  readonly name: string
  run(): Promise<Outcome>
}

const root = packageRoot()
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const one: Counts = { passed: 1, failed: 0, skipped: 0 }
const passed: Outcome = { counts: one }
const failed: Outcome = { counts: { ...one, passed: 0, failed: 1 } }

/** Niceness of what only computes: beside it run programs whose answers are waited for. */
const YIELDING = 5

/** Runs a program; its output comes at once when `isLive`, else as a whole when it has ended. */
function command(
  argv: readonly string[],
  { isLive = false, yields = false } = {},
): Promise<number> {
  const [program = '', ...args] = argv
  return new Promise((resolve) => {
    const env = process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    if (yields && child.pid !== undefined) setPriority(child.pid, YIELDING)
    const kept: Buffer[] = []
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        if (isLive) process.stdout.write(chunk)
        else kept.push(chunk)
      })
    child.on('error', () => resolve(127))
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(kept))
      resolve(code ?? 1)
    })
  })
}

/** A check that is one test: all its commands end well, or it fails. */
function check(name: string, ...commands: string[][]): Stage {
  return {
    name,
    async run() {
      let codes = 0
      for (const argv of commands) codes += await command(argv, { yields: true })
      return codes === 0 ? passed : failed
    },
  }
}

async function vitest(kind: TestKind, files: readonly string[]): Promise<TestRun> {
  const folder = mkdtempSync(join(tmpdir(), 'gh-test-'))
  const report = join(folder, 'report.json')
  const which = ['--config', 'test/vitest.config.ts', '--project', kind, ...files]
  const how = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const runs = { isLive: true, yields: kind === 'unit' }
  const exitCode = await command([bin('vitest'), 'run', ...which, ...how], runs)
  const run = { report: readOrNull(report), exitCode }
  rmSync(folder, { recursive: true, force: true })
  return run
}

/** Tests of one kind, all or some; a few files that failed are run once more, each by itself. */
async function tests(kind: TestKind, files: readonly string[]): Promise<Outcome> {
  const shown = (file: string) => relative(root, file)
  const first = await vitest(kind, files)
  const again = failedFiles(first).map(shown)
  if (again.length === 0 || again.length > RUN_AGAIN_LIMIT)
    return { counts: countRun(first), failed: failures(first, shown) }
  process.stdout.write(`\n── once more: ${again.join(', ')} ──\n`)
  const second = await vitest(kind, again)
  return outcomeOfTwoRuns(first, second, (file) => isPlayersTest(shown(file)), shown)
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

const BUILD = check('build', [join(root, 'scripts/build')])

const CHECKS = [
  check('types', [bin('tsc'), '-p', '.'], [bin('tsc'), '-p', 'njs', '--noEmit']),
  check('lint', [bin('oxlint'), '--quiet']),
  check('format', [bin('biome'), 'check', '--error-on-warnings']),
  check('dead code', [bin('knip')]),
]

const unitTests = (files: readonly string[] = []): Stage => ({
  name: 'unit tests',
  run: () => tests('unit', files),
})

const PROGRAMS: Stage = {
  name: 'programs',
  async run() {
    await ensureRuntime(['nginx', 'redis', 'redis-cli', 'ffmpeg', 'ffprobe', 'vlc', 'postgresql'])
    return passed
  },
}

const serverTests = (files: readonly string[] = []): Stage => ({
  name: 'server tests',
  run: () => tests('server', files),
})

const testsAlone = (files: readonly string[] = []): Stage => ({
  name: 'tests alone',
  run: () => tests('alone', files),
})

/** Stages one after another, in lanes that go side by side: what waits for servers leaves room for what computes. Then the `last` of all. */
interface Plan {
  readonly lanes: readonly (readonly Stage[])[]
  readonly last?: Stage
}

function planForFiles(names: readonly string[]): Plan {
  const { unit, server, alone } = chosenFiles(root, names)
  const startsServers = server.length + alone.length > 0
  const stages = [
    ...(unit.length > 0 ? [unitTests(unit)] : []),
    ...(startsServers ? [BUILD, PROGRAMS] : []),
    ...(server.length > 0 ? [serverTests(server)] : []),
    ...(alone.length > 0 ? [testsAlone(alone)] : []),
  ]
  return { lanes: [stages] }
}

function planFor(options: { fast: boolean; names: readonly string[] }): Plan {
  if (options.names.length > 0) return planForFiles(options.names)
  if (options.fast) return { lanes: [[...CHECKS, BUILD, unitTests()]] }
  const lanes = [
    [...CHECKS, unitTests()],
    [BUILD, PROGRAMS, serverTests()],
  ]
  return { lanes, last: testsAlone() }
}

async function runLane(lane: readonly Stage[]): Promise<StageRow[]> {
  const rows: StageRow[] = []
  for (const stage of lane) {
    process.stdout.write(`\n── ${stage.name} ──\n`)
    const from = performance.now()
    const outcome = await stage.run().catch((error: unknown) => {
      process.stdout.write(`${sentence(error)}\n`)
      return failed
    })
    rows.push({ name: stage.name, ...outcome, seconds: (performance.now() - from) / 1000 })
  }
  return rows
}

function readArguments() {
  try {
    const options = { fast: { type: 'boolean' }, help: { type: 'boolean' } } as const
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    const what = sentence(error).split('. ')[0]
    throw new Failure(`${what}; see ./scripts/test --help.`)
  }
}

async function main(): Promise<void> {
  const { values, positionals: names } = readArguments()
  if (values.help === true) {
    process.stdout.write(HELP)
    return
  }
  const fast = values.fast === true
  if (fast && names.length > 0)
    throw new Failure('--fast goes without files; see ./scripts/test --help.')
  const { lanes, last } = planFor({ fast, names })
  const rows = (await Promise.all(lanes.map(runLane))).flat()
  if (last !== undefined) rows.push(...(await runLane([last])))
  const { lines, hasFailed } = summary(rows)
  process.stdout.write(`\n${lines.join('\n')}\n`)
  process.exitCode = hasFailed ? 1 : 0
}

await main().catch(reportAndExit)
