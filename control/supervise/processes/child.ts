import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../../runtime/failure.ts'
import { lineSplitter } from './line-log.ts'
import { prefer } from './prefer.ts'

/** A program that the supervisor runs. */
export interface ServiceSpec {
  readonly name: string
  readonly argv: readonly string[]
  /** Called with each line of stdout and stderr. */
  readonly onLine: (line: string) => void
  /** Whether it is ready to serve. */
  readonly isReady: () => Promise<boolean>
  readonly env?: NodeJS.ProcessEnv
  /** Nice value it gets where that is permitted. */
  readonly nice?: number
  /** Called before each start; removes what a killed run may have left. */
  readonly beforeStart?: () => void
}

/** A running service. */
export interface Service {
  readonly name: string
  pid(): number | null
  /** Kills it; it is started again as after a crash. */
  kill(): void
  /** Sends a signal; `SIGHUP` to one that is being started again only when it is ready. */
  signal(name: NodeJS.Signals): void
  stop(): Promise<void>
}

const STOP_MS = 8000
// Time limit to become ready, in ms: a playlist of 100 MB takes half a minute on a busy machine.
const READY_MS = 180_000
/** Milliseconds of running after which a crashed service is started again at once; before that, with a delay that grows. */
const HEALTHY_MS = 10_000
const AT_ONCE_MS = 50
/** Milliseconds between calls of `isReady`. */
const LOOK_MS = 15
const FIRST_DELAY_MS = 500
const MOST_DELAY_MS = 30_000

interface Life {
  child: ChildProcess
  ended: Promise<void>
  lastLines: string[]
  startedAt: number
  isReady: boolean
}

/**
 * Starts a service, waits until it is ready, and starts it again whenever it exits. An abort ends
 * the waiting. Throws a `Failure` where it does not become ready.
 */
export async function startService(
  spec: ServiceSpec,
  report: (line: string) => void,
  abort?: AbortSignal,
): Promise<Service> {
  let life = launch(spec)
  const stopping = new AbortController()
  const watch = async () => {
    let later = FIRST_DELAY_MS
    while (!stopping.signal.aborted) {
      await life.ended
      if (stopping.signal.aborted) return
      const wasHealthy = Date.now() - life.startedAt > HEALTHY_MS
      const delay = wasHealthy ? AT_ONCE_MS : later
      later = wasHealthy ? FIRST_DELAY_MS : Math.min(delay * 2, MOST_DELAY_MS)
      const when = wasHealthy ? 'at once' : `in ${delay / 1000} s`
      report(`${spec.name} ended (${causeOf(life.child)}); starting it again ${when}.`)
      await sleep(delay)
      if (stopping.signal.aborted) return
      life = launch(spec)
    }
  }
  const service: Service = {
    name: spec.name,
    pid: () => (isRunning(life.child) ? (life.child.pid ?? null) : null),
    kill: () => killGroup(life.child),
    signal: (name) => {
      if (name === 'SIGHUP') void hangUp(spec, life)
      else life.child.kill(name)
    },
    async stop() {
      stopping.abort()
      await end(life)
    },
  }
  try {
    await untilReady(spec, life, abort)
    life.isReady = true
  } catch (error) {
    await service.stop()
    throw error
  }
  void watch()
  return service
}

function launch(spec: ServiceSpec): Life {
  spec.beforeStart?.()
  const [program = '', ...args] = spec.argv
  const lastLines: string[] = []
  const onLine = (line: string) => {
    lastLines.push(line)
    if (lastLines.length > 5) lastLines.shift()
    spec.onLine(line)
  }
  // In a process group of its own, so that only the supervisor gets Ctrl-C and stops services in order.
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: spec.env ?? process.env,
  })
  if (spec.nice !== undefined && child.pid !== undefined) prefer(child.pid, spec.nice)
  child.stdout.setEncoding('utf8').on('data', lineSplitter(onLine))
  child.stderr.setEncoding('utf8').on('data', lineSplitter(onLine))
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      onLine(error.message)
      resolve()
    })
    child.on('exit', () => {
      // Its child processes, such as nginx's workers, would keep its ports.
      killGroup(child)
    })
    child.on('close', () => resolve())
  })
  return { child, ended, lastLines, startedAt: Date.now(), isReady: false }
}

async function untilReady(spec: ServiceSpec, life: Life, abort?: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_MS
  while (Date.now() < deadline) {
    abort?.throwIfAborted()
    if (!isRunning(life.child)) {
      const said = lastWords(life.lastLines) || 'no word'
      throw new Failure(`${spec.name} did not start (${causeOf(life.child)}): ${said}`)
    }
    if (await spec.isReady()) return
    await sleep(LOOK_MS)
  }
  throw new Failure(
    `${spec.name} runs but did not get ready within ${READY_MS / 1000} s; see the logs folder.`,
  )
}

/** A program that starts dies of a signal it has no handler for yet, and has perhaps read the configuration before the change. */
async function hangUp(spec: ServiceSpec, life: Life): Promise<void> {
  // One that ends meanwhile reads the configuration at its next start.
  if (!life.isReady) await untilReady(spec, life).catch(() => undefined)
  life.isReady = true
  if (isRunning(life.child)) life.child.kill('SIGHUP')
}

/** The last lines of output that are no log records, since those were shown already. */
function lastWords(lines: readonly string[]): string {
  const said = lines.filter((it) => it.trim() !== '')
  const sentences = said.filter((it) => !it.startsWith('{'))
  return (sentences.length > 0 ? sentences : said).slice(-3).join(' · ')
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

async function end(life: Life): Promise<void> {
  if (!isRunning(life.child)) return
  life.child.kill('SIGTERM')
  const timer = setTimeout(() => killGroup(life.child), STOP_MS)
  await life.ended
  clearTimeout(timer)
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // No process is left in the group.
  }
}

function causeOf(child: ChildProcess): string {
  if (child.signalCode !== null) return `signal ${child.signalCode}`
  return child.exitCode === null ? 'could not be started' : `exit code ${child.exitCode}`
}
