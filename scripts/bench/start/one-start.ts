import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { statePaths } from '../../../control/config/paths.ts'
import { freePort } from '../../../test/support/programs/port.ts'

/** Milliseconds from the call of `./scripts/run` to what can be seen of a start from outside, and what it cost. */
export interface StartTimes {
  /** The configuration is read and the state folder claimed. */
  readonly claimed: number
  readonly redis: number
  readonly origin: number
  /** The control plane serves edges. */
  readonly edgeApi: number
  /** The control plane serves the command line. */
  readonly adminApi: number
  /** nginx listens. */
  readonly nginx: number
  /** The line that says all is ready. */
  readonly ready: number
  /** Processor time of every process together until then. */
  readonly processor: number
}

const LOOK_MS = 5
const GIVE_UP_MS = 300_000
/** /proc gives processor time in hundredths of a second. */
const TICK_MS = 10

type Seen = Partial<Record<keyof StartTimes, number>>

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true))
    socket.on('error', () => resolve(false))
    socket.on('close', () => socket.destroy())
    socket.on('connect', () => socket.destroy())
  })

/** utime, stime and those of finished children, of a process and everything below it. */
const processorTime = (pid: number): number => {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        return [{ pid: Number(name), fields: stat.slice(stat.lastIndexOf(')') + 2).split(' ') }]
      } catch {
        return []
      }
    })
  const total = (of: number): number =>
    stats.reduce((sum, { pid: each, fields }) => {
      const own = each === of ? fields.slice(11, 15).reduce((a, b) => a + Number(b), 0) : 0
      return sum + own + (Number(fields[1]) === of ? total(each) : 0)
    }, 0)
  return total(pid) * TICK_MS
}

/**
 * Starts the demo of a checkout on a state folder and stops it again. Throws an `Error` where it
 * does not start.
 */
export const timeStart = async (checkout: string, state: string): Promise<StartTimes> => {
  const { run, redisSocket, edgeSocket, adminSocket, innerSocket } = statePaths(state)
  rmSync(run, { recursive: true, force: true })
  const [edge, admin, origin] = [await freePort(), await freePort(), await freePort()]
  const env = {
    ...process.env,
    GATEHOUSE_EDGE_LISTEN: `127.0.0.1:${edge}`,
    GATEHOUSE_ADMIN_LISTEN: `127.0.0.1:${admin}`,
    GATEHOUSE_DEMO_ORIGIN: `127.0.0.1:${origin}`,
  }
  const seen: Seen = {}
  const begun = performance.now()
  const note = (what: keyof StartTimes) => (seen[what] ??= performance.now() - begun)
  const argv = ['--json', '--state', state]
  const child = spawn(join(checkout, 'scripts/run'), argv, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stdout.on('data', () => {
    note('ready')
    seen.processor ??= processorTime(child.pid ?? 0)
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  const files: [keyof StartTimes, string][] = [
    ['claimed', join(run, 'supervisor.pid')],
    ['redis', redisSocket],
    ['edgeApi', edgeSocket],
    ['adminApi', adminSocket],
    ['nginx', innerSocket],
  ]
  while (seen.ready === undefined) {
    for (const [what, file] of files) if (seen[what] === undefined && existsSync(file)) note(what)
    if (seen.origin === undefined && (await listens(origin))) note('origin')
    if (child.exitCode !== null || performance.now() - begun > GIVE_UP_MS)
      throw new Error(`${checkout} did not start: ${said.trim()}`)
    await sleep(LOOK_MS)
  }
  child.kill('SIGTERM')
  await ended
  const { ready } = seen
  const at = (what: keyof StartTimes): number => seen[what] ?? ready
  return {
    claimed: at('claimed'),
    redis: at('redis'),
    origin: at('origin'),
    edgeApi: at('edgeApi'),
    adminApi: at('adminApi'),
    nginx: at('nginx'),
    ready,
    processor: at('processor'),
  }
}
