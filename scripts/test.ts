import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { reportAndExit } from '../control/runtime/failure.ts'
import { ensureRuntime } from '../control/runtime/resolve.ts'
import {
  type Counts,
  countRun,
  countWithSecondRun,
  failedFiles,
  failures,
  type StageRow,
  summary,
  type TestRun,
} from './test-counts.ts'

const HELP = `Usage: ./scripts/test [--fast]

Runs every check and test; what is missing is fetched first. --fast leaves out whatever starts a server.
Up to three files that failed are run once more by themselves; what failed is listed at the end, even if it passed then.
The last line is "N passed, N failed, N skipped"; the exit code is 1 when something failed.
`

/** More failed files than this are no accident. */
const RUN_AGAIN_LIMIT = 3

type Outcome = Pick<StageRow, 'counts' | 'failed' | 'repeated'>

interface Stage {
  readonly name: string
  readonly isSlow?: true
  run(report: string): Promise<Outcome>
}

const root = packageRoot()
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const one: Counts = { passed: 1, failed: 0, skipped: 0 }
const passed: Outcome = { counts: one }
const failed: Outcome = { counts: { ...one, passed: 0, failed: 1 } }

function command(...argv: string[]): Promise<number> {
  const [program = '', ...args] = argv
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', () => resolve(127))
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** A check that is one test: all its commands end well, or it fails. */
function check(name: string, ...commands: string[][]): Stage {
  return {
    name,
    async run() {
      let codes = 0
      for (const argv of commands) codes += await command(...argv)
      return codes === 0 ? passed : failed
    },
  }
}

async function vitest(project: string, report: string, files: string[] = []): Promise<TestRun> {
  const which = ['--config', 'test/vitest.config.ts', '--project', project, ...files]
  const how = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const exitCode = await command(bin('vitest'), 'run', ...which, ...how)
  return { report: readOrNull(report), exitCode }
}

/** Tests of one kind; a few files that failed are run once more, each by itself, and what failed first is told. */
async function tests(project: string, report: string): Promise<Outcome> {
  const shown = (file: string) => relative(root, file)
  const first = await vitest(project, join(report, `${project}.json`))
  const again = failedFiles(first).map(shown)
  if (again.length === 0 || again.length > RUN_AGAIN_LIMIT)
    return { counts: countRun(first), failed: failures(first, shown) }
  process.stdout.write(`\n── once more: ${again.join(', ')} ──\n`)
  const second = await vitest(project, join(report, `${project}-again.json`), again)
  const failing = second.report === null ? again : failedFiles(second).map(shown)
  const repeated = failures(first, shown).filter((it) => !failing.some((f) => it.startsWith(f)))
  return { counts: countWithSecondRun(first, second), failed: failures(second, shown), repeated }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

const STAGES: readonly Stage[] = [
  check('types', [bin('tsc'), '-p', '.'], [bin('tsc'), '-p', 'njs', '--noEmit']),
  check('lint', [bin('oxlint'), '--quiet']),
  check('format', [bin('biome'), 'check', '--error-on-warnings']),
  check('dead code', [bin('knip')]),
  check('build', [join(root, 'scripts/build')]),
  { name: 'unit tests', run: (report) => tests('unit', report) },
  {
    name: 'programs',
    isSlow: true,
    async run() {
      await ensureRuntime(['nginx', 'redis', 'redis-cli', 'ffmpeg', 'ffprobe', 'vlc', 'postgresql'])
      return passed
    },
  },
  { name: 'server tests', isSlow: true, run: (report) => tests('server', report) },
]

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) {
    process.stdout.write(HELP)
    return
  }
  const unknown = args.find((it) => it !== '--fast')
  if (unknown !== undefined)
    throw new Error(`Unknown option ${unknown}; see ./scripts/test --help.`)
  const report = mkdtempSync(join(tmpdir(), 'gh-test-'))
  const rows: StageRow[] = []
  for (const stage of STAGES.filter((it) => !args.includes('--fast') || it.isSlow !== true)) {
    process.stdout.write(`\n── ${stage.name} ──\n`)
    const from = performance.now()
    const outcome = await stage.run(report).catch((error: unknown) => {
      process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
      return failed
    })
    rows.push({ name: stage.name, ...outcome, seconds: (performance.now() - from) / 1000 })
  }
  rmSync(report, { recursive: true, force: true })
  const { lines, hasFailed } = summary(rows)
  process.stdout.write(`\n${lines.join('\n')}\n`)
  process.exitCode = hasFailed ? 1 : 0
}

await main().catch(reportAndExit)
