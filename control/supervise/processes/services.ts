import { rmSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { basename, join } from 'node:path'
import { packageRoot, type StatePaths } from '../../config/paths.ts'
import type { Config } from '../../config/schema/schema.ts'
import { ROLES_FILE } from '../../demo/viewers/roles.ts'
import type { Tool } from '../../runtime/resolve.ts'
import { localUrl, parseEndpoint } from './addresses.ts'
import type { ServiceSpec } from './child.ts'
import { withHugePages } from './huge-pages.ts'
import { createLineLog } from './line-log.ts'
import { httpGet, redisAnswers } from './probe.ts'
import { redact } from './redact.ts'
import { createRepeatFilter } from './repeat-filter.ts'
import { SUPERVISOR_VARIABLE } from './supervisor.ts'

/** Settings shared by the services of one supervised instance. */
export interface Instance {
  readonly config: Config
  readonly configFile: string
  readonly paths: StatePaths
  /** Whether the demo gets a past of its own and viewers. */
  readonly hasDemoHistory: boolean
  /** The `user` of nginx's workers. */
  readonly workerUser: string | null
  /** Command prefix that ends a program with the supervisor. */
  readonly tie: readonly string[]
  readonly report: (line: string) => void
}

/** The bundled Redis: on a unix socket, with data synced to disk every second and without eviction. */
export function redisSpec(tool: Tool, { paths, tie }: Instance): ServiceSpec {
  const settings = {
    port: '0',
    unixsocket: paths.redisSocket,
    unixsocketperm: '700',
    dir: paths.state,
    dbfilename: basename(paths.redisSnapshot),
    appenddirname: basename(paths.redisFiles),
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    save: '',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  return {
    name: 'Redis',
    argv: [...tie, ...tool.argv, ...args],
    onLine: createLineLog(join(paths.logs, 'redis.log')),
    isReady: () => redisAnswers(paths.redisSocket),
    beforeStart: () => rmSync(paths.redisSocket, { force: true }),
  }
}

/** The demo's origin. */
export function originSpec({ config, paths, tie, hasDemoHistory }: Instance): ServiceSpec {
  const program = join(packageRoot(), 'dist/origin.js')
  const log = process.env['GATEHOUSE_DEMO_ORIGIN_LOG']
  const edge = localUrl(parseEndpoint(config.edge.listen))
  const viewers = ['--viewers', join(paths.state, ROLES_FILE), '--edge', edge]
  const logging = log === undefined ? [] : ['--log', log]
  const args = ['--listen', config.demo.origin, ...logging, ...(hasDemoHistory ? viewers : [])]
  const url = `${localUrl(parseEndpoint(config.demo.origin))}/health`
  return {
    name: 'The demo origin',
    argv: [...tie, process.execPath, program, ...args],
    onLine: createLineLog(join(paths.logs, 'origin.log')),
    isReady: async () => (await httpGet(url))?.status === 200,
  }
}

const ROOMY_BYTES = 2 * 2 ** 30
const FEW_PROCESSORS = 4

/**
 * The option of Node for more young objects (64 MB in place of 16): what judging a play leaves dies at once, and
 * is collected in fewer pauses. Not where memory is scarce.
 */
const youngSpace = (): readonly string[] =>
  totalmem() < ROOMY_BYTES ? [] : ['--max-semi-space-size=64']

/**
 * The option of Node for collecting young objects in one thread: several share them out and wait for each other, which takes half as much processor
 * time again. Many processors have time to spare, and pauses are shorter with all of them.
 */
const youngThreads = (): readonly string[] =>
  availableParallelism() > FEW_PROCESSORS ? [] : ['--no-parallel-scavenge']

/** The control plane. Its warnings are shown; its whole log is written to a file. */
export function controlSpec(instance: Instance): ServiceSpec {
  const { configFile, paths, tie, report, hasDemoHistory } = instance
  const program = join(packageRoot(), 'dist/server.js')
  const node = [process.execPath, ...youngSpace(), ...youngThreads()]
  const command = [...node, program, '--config', configFile, '--state', paths.state]
  const past = hasDemoHistory ? ['--demo-history'] : []
  const keep = createLineLog(join(paths.logs, 'control.log'))
  const reportOnce = createRepeatFilter(report)
  return {
    name: 'The control plane',
    argv: [...tie, ...command, ...past],
    onLine: (line) => {
      keep(line)
      const shown = worthShowing(line)
      if (shown !== null) reportOnce(`control: ${redact(shown)}`)
    },
    isReady: async () =>
      (await httpGet({ socketPath: paths.adminSocket, path: '/internal/ready' }))?.status === 200,
    env: { ...withHugePages(process.env), [SUPERVISOR_VARIABLE]: String(process.pid) },
    beforeStart: () => {
      for (const socket of [paths.adminSocket, paths.edgeSocket]) rmSync(socket, { force: true })
    },
  }
}

/** The command of nginx with the bundled files. */
export const nginxArgv = (tool: Tool, { nginx }: StatePaths): readonly string[] => {
  return [...tool.argv, '-p', nginx, '-c', 'nginx.conf', '-e', 'stderr', '-g', 'daemon off;']
}

/** nginx has little to do for each viewer and should wait for a processor the least: it gets three times as much of a busy one as the control plane or Redis. */
const VIEWERS_FIRST = -5

/** nginx with the bundled files. Its error log has request lines, so secrets are masked. */
export function nginxSpec(tool: Tool, instance: Instance): ServiceSpec {
  const { paths, tie, report } = instance
  const keep = createLineLog(join(paths.logs, 'nginx-error.log'))
  const reportOnce = createRepeatFilter(report)
  return {
    name: 'nginx',
    argv: [...tie, ...nginxArgv(tool, paths)],
    nice: VIEWERS_FIRST,
    env: withHugePages(process.env),
    onLine: (line) => {
      const safe = redact(line)
      keep(safe)
      if (/\[(emerg|alert|crit)\]/.test(safe)) reportOnce(`nginx: ${safe}`)
    },
    isReady: async () => (await edgeHealth(paths))?.isReady === true,
    beforeStart: () => {
      // nginx does not start where a killed one has left its sockets.
      const sockets = ['edge-inner.sock', 'edge-fail.sock'].map((name) => join(paths.run, name))
      for (const socket of [...sockets, paths.innerSocket]) rmSync(socket, { force: true })
    },
  }
}

/** Health of the edge. */
export interface EdgeHealth {
  readonly isReady: boolean
  /** Whether a worker has died with the lock of a shared zone: only a new start helps. */
  readonly isWedged: boolean
}

/** The edge's health, by a request that runs njs and reads shared memory; `null` without an answer. */
export async function edgeHealth({ innerSocket }: StatePaths): Promise<EdgeHealth | null> {
  const reply = await httpGet({ socketPath: innerSocket, path: '/health' })
  if (reply === null) return null
  return { isReady: reply.status === 200, isWedged: /"wedgedZone":"/.test(reply.body) }
}

const causeOf = (entry: object): string => {
  const error: unknown = 'err' in entry ? entry.err : null
  const hasWords = typeof error === 'object' && error !== null && 'message' in error
  return hasWords ? ` (${String(error.message)})` : ''
}

/** Message of ioredis without a connection. */
const REDIS_AWAY = "Stream isn't writeable and enableOfflineQueue options is false"

/** The message of a log line to show in the terminal: warnings, errors and plain text; `null` for others. */
function worthShowing(line: string): string | null {
  // Node's deprecation warnings do not concern operators.
  if (/^\(node:\d+\)|^\(Use `node/.test(line) || line.trim() === '') return null
  if (!line.startsWith('{')) return line
  try {
    const entry: unknown = JSON.parse(line)
    if (typeof entry !== 'object' || entry === null || !('level' in entry)) return null
    const isWarning = typeof entry.level === 'number' && entry.level >= 40
    const words = 'msg' in entry ? String(entry.msg) + causeOf(entry) : null
    return isWarning && words !== null ? words.replace(REDIS_AWAY, 'Redis does not answer') : null
  } catch {
    return line
  }
}
