import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../../control/config/paths.ts'
import type { ReadyReport } from '../../../control/supervise/start/banner.ts'
import { pause } from '../pause.ts'
import { tempDir } from '../temp-dir.ts'
import { startChild } from './child.ts'
import { freePort } from './port.ts'

/** A whole Gatehouse, as `./scripts/run --json` starts it. */
export interface TestService {
  readonly ready: ReadyReport
  readonly edge: string
  readonly admin: string
  readonly adminToken: string
  /** `http://host:port` of the demo origin, where the demo runs. */
  readonly origin: string
  /** One line of JSON per request the demo origin got. */
  readonly originLog: () => string
  readonly state: string
  readonly pid: number
  /** What the supervisor wrote to stderr. */
  readonly output: () => string
  /** Every file below `logs/`, by name. */
  readonly logs: () => Record<string, string>
  /** GET on the admin API with its token. */
  readonly api: (path: string, init?: RequestInit) => Promise<Response>
  readonly stop: () => Promise<void>
  readonly kill9: () => Promise<void>
}

/** What to start: the demo, or a configuration with `__EDGE__`, `__ADMIN__`, `__ORIGIN__` for free addresses. */
export interface ServiceOptions {
  /** Text of gatehouse.yaml; without it the demo starts. */
  readonly config?: string
  readonly env?: Readonly<Record<string, string>>
  /** Whether the demo has its history and its viewers. */
  readonly hasHistory?: boolean
  /** A state folder to start on again; a new one when left out. */
  readonly state?: string
  /** Another checkout, installed, to start instead of this one. */
  readonly root?: string
  /** A command that starts what its further arguments say, in its own process: `unshare --net`, say. */
  readonly within?: readonly string[]
}

/** Starts a whole Gatehouse on free ports and waits until it is ready; allow two minutes the first time. */
export async function startService(options: ServiceOptions = {}): Promise<TestService> {
  const folder = await tempDir()
  const [edge, admin, origin] = [await freePort(), await freePort(), await freePort()].map(
    (port) => `127.0.0.1:${port}`,
  ) as [string, string, string]
  const state = options.state ?? join(folder.path, 'state')
  const originLog = join(folder.path, 'origin.jsonl')
  writeFileSync(originLog, '')
  const args = ['--json', '--state', state]
  if (options.hasHistory !== true && options.root === undefined && options.config === undefined)
    args.push('--no-demo-history')
  if (options.config !== undefined) {
    const file = join(folder.path, 'gatehouse.yaml')
    const names: Record<string, string> = { __EDGE__: edge, __ADMIN__: admin, __ORIGIN__: origin }
    writeFileSync(
      file,
      options.config.replace(/__(EDGE|ADMIN|ORIGIN)__/g, (name) => names[name] ?? name),
    )
    args.push('--config', file)
  }
  const env = {
    ...process.env,
    ...demoEnvironment({ edge, admin, origin }, options),
    ...options.env,
  }
  let firstLine = ''
  const command = [join(options.root ?? packageRoot(), 'scripts/run'), ...args]
  const child = startChild([...(options.within ?? []), ...command], {
    env: { ...env, GATEHOUSE_DEMO_ORIGIN_LOG: originLog },
    onStdout: (text) => (firstLine += text),
  })
  const ended = new Promise<void>((resolve) => child.process.on('close', () => resolve()))
  while (!firstLine.includes('\n')) {
    const isOver = await Promise.race([ended.then(() => true), pause(50).then(() => false)])
    if (isOver) throw new Error(`Gatehouse did not start:\n${child.output()}`)
  }
  const ready = JSON.parse(firstLine) as ReadyReport
  return {
    ready,
    edge: ready.edge ?? '',
    admin: ready.admin,
    adminToken: ready.adminToken,
    origin: `http://${origin}`,
    originLog: () => readFileSync(originLog, 'utf8'),
    state,
    pid: child.pid,
    output: child.output,
    logs: () => readLogs(join(state, 'logs')),
    api: (path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set('Authorization', `Bearer ${ready.adminToken}`)
      return fetch(`${ready.admin}${path}`, { ...init, headers })
    },
    async stop() {
      child.process.kill('SIGTERM')
      await ended
      await folder.remove()
    },
    async kill9() {
      child.process.kill('SIGKILL')
      await ended
    },
  }
}

function demoEnvironment(
  at: { edge: string; admin: string; origin: string },
  options: ServiceOptions,
): Record<string, string> {
  if (options.config !== undefined) return {}
  return {
    GATEHOUSE_EDGE_LISTEN: at.edge,
    GATEHOUSE_ADMIN_LISTEN: at.admin,
    GATEHOUSE_DEMO_ORIGIN: at.origin,
  }
}

function readLogs(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  )
}
