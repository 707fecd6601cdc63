import { type SpawnOptions, spawn } from 'node:child_process'

/** Exit code and output of a finished program. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Folder, environment and time limit of a program. */
export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly timeoutMs?: number
}

/** Runs a program and waits for its end; the code is 127 where it cannot be started or exceeds its time limit. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [program = '', ...args] = argv
  const settings: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'] }
  if (options.cwd !== undefined) settings.cwd = options.cwd
  if (options.env !== undefined) settings.env = options.env
  if (options.timeoutMs !== undefined) settings.timeout = options.timeoutMs
  return new Promise((resolve) => {
    const child = spawn(program, args, settings)
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    child.on('error', (error) => resolve({ code: 127, stdout, stderr: error.message }))
    child.on('close', (code) => resolve({ code: code ?? 127, stdout, stderr }))
  })
}
