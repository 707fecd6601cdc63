import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../control/config/paths.ts'
import { reportAndExit } from '../control/runtime/failure.ts'
import { ensureRuntime } from '../control/runtime/resolve.ts'
import { type Counts, countVitest, summary } from './test-counts.ts'

const HELP = `Usage: ./scripts/test [--fast]

Runs every check and test; what is missing is fetched first. --fast leaves out whatever starts a server.
The last line is "N passed, N failed, N skipped"; the exit code is 1 when something failed.
`

interface Stage {
  readonly name: string
  readonly isSlow?: true
  run(report: string): Promise<Counts>
}

const root = packageRoot()
const bin = (name: string) => join(root, 'node_modules/.bin', name)
const passed: Counts = { passed: 1, failed: 0, skipped: 0 }
const failed: Counts = { passed: 0, failed: 1, skipped: 0 }

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

function vitest(project: string): Pick<Stage, 'run'> {
  return {
    async run(report) {
      const file = join(report, `${project}.json`)
      const which = ['--config', 'test/vitest.config.ts', '--project', project]
      const how = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
      const code = await command(bin('vitest'), 'run', ...which, ...how)
      return countVitest(readOrNull(file), code)
    },
  }
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
  { name: 'unit tests', ...vitest('unit') },
  {
    name: 'programs',
    isSlow: true,
    async run() {
      await ensureRuntime(['nginx', 'redis', 'redis-cli', 'ffmpeg', 'ffprobe', 'vlc', 'postgresql'])
      return passed
    },
  },
  { name: 'server tests', isSlow: true, ...vitest('server') },
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
  const rows: { name: string; counts: Counts; seconds: number }[] = []
  for (const stage of STAGES.filter((it) => !args.includes('--fast') || it.isSlow !== true)) {
    process.stdout.write(`\n── ${stage.name} ──\n`)
    const from = performance.now()
    const counts = await stage.run(report).catch((error: unknown) => {
      process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`)
      return failed
    })
    rows.push({ name: stage.name, counts, seconds: (performance.now() - from) / 1000 })
  }
  rmSync(report, { recursive: true, force: true })
  const { lines, hasFailed } = summary(rows)
  process.stdout.write(`\n${lines.join('\n')}\n`)
  process.exitCode = hasFailed ? 1 : 0
}

await main().catch(reportAndExit)
