import { type ChildProcess, spawn } from 'node:child_process'

/** A program started for a test: its output is kept, and it ends with the test process. */
export interface Child {
  readonly pid: number
  readonly process: ChildProcess
  /** Everything it wrote so far, both streams. */
  readonly output: () => string
  /** `null` while it runs. */
  readonly exitCode: () => number | null
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts a program; `stop` ends it and waits, with SIGKILL after five seconds. */
export function startChild(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; onStdout?: (text: string) => void } = {},
): Child {
  const [program = '', ...args] = argv
  const { cwd, env } = options
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  })
  running.add(child)
  let text = ''
  const collect = (chunk: string) => {
    text = (text + chunk).slice(-200_000)
  }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    collect(chunk)
    options.onStdout?.(chunk)
  })
  child.stderr.setEncoding('utf8').on('data', collect)
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      collect(error.message)
      resolve()
    })
    child.on('close', () => resolve())
  })
  void ended.then(() => running.delete(child))
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(timer)
  }
  return {
    pid: child.pid ?? -1,
    process: child,
    output: () => text,
    exitCode: () => child.exitCode ?? (child.signalCode === null ? null : 128),
    stop,
  }
}
