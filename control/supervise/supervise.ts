import { setTimeout as sleep } from 'node:timers/promises'
import { requireFiles } from '../config/checks/file-checks.ts'
import { tlsListenOf } from '../config/schema/https.ts'
import type { Config } from '../config/schema/schema.ts'
import { nginxOf } from '../config/schema/which-edge.ts'
import { requireCertificates } from '../nginx/certificates/check-certificates.ts'
import { Failure } from '../runtime/failure.ts'
import { ensureRuntime, type Tool } from '../runtime/resolve.ts'
import type { ToolName } from '../runtime/tools.ts'
import {
  awaitFirstSync,
  edgeAlone,
  edgeReport,
  isEdgeOnly,
  requireEdgeSettings,
} from './edge-only.ts'
import { prepareNginx, watchNginx } from './nginx/nginx.ts'
import { createReload } from './nginx/reload.ts'
import { complaintOfOwnNginx } from './nginx/running-files.ts'
import { openWaitingRoom } from './nginx/waiting-room.ts'
import { watchCertificates } from './nginx/watch-certificates.ts'
import { requireFree } from './processes/addresses.ts'
import { type Service, type ServiceSpec, startService } from './processes/child.ts'
import { openToGroup, parentDeathPrefix, workerUser } from './processes/privileges.ts'
import { httpGet } from './processes/probe.ts'
import {
  controlSpec,
  type Instance,
  nginxSpec,
  originSpec,
  redisSpec,
} from './processes/services.ts'
import { type ReadyReport, readReady } from './start/banner.ts'
import type { Setup } from './start/options.ts'
import { claimState } from './start/state-lock.ts'

/** A running instance. */
export interface Supervisor {
  readonly ready: ReadyReport
  readonly services: readonly Service[]
  /** Makes the services read their configuration again. */
  reload(): void
  /** Stops everything that was started, the edge first. */
  stop(): Promise<void>
}

/**
 * Starts everything a configuration asks for; `report` gets progress and problems as sentences.
 * Throws a `Failure` where a service does not start; what had started is stopped.
 */
export async function supervise(
  setup: Setup,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Supervisor> {
  const { config } = setup.loaded
  requireFiles(setup.loaded)
  requireCertificates(setup.loaded)
  const release = claimState(setup.paths)
  const started: Service[] = []
  const undo: (() => void)[] = [release]
  const stop = async () => {
    for (const service of started.splice(0).toReversed()) {
      report(`Stopping ${inSentence(service.name)} …`)
      await service.stop()
    }
    for (const step of undo.splice(0).toReversed()) step()
  }
  try {
    const isAlone = isEdgeOnly(config)
    if (isAlone) requireEdgeSettings(config)
    await requireAddresses(config, isAlone)
    const [{ nginx = null, redis = null }, instance] = await Promise.all([
      ensureRuntime(programsFor(config), { progress: report }),
      openInstance(setup, report),
    ])
    const start = async (...specs: ServiceSpec[]) => {
      signal.throwIfAborted()
      for (const { name } of specs) report(`Starting ${inSentence(name)} …`)
      await startTogether(specs, { report, signal, started })
    }
    if (!isAlone) await startInner(instance, redis, start)
    if (nginxOf(config) !== 'none') undo.push(await openWaitingRoom(setup.paths.roomSocket))
    if (nginx !== null) {
      prepareNginx(instance, nginx)
      const spec = nginxSpec(nginx, instance)
      await start(isAlone ? edgeAlone(spec, instance) : spec)
      const edge = started.at(-1)
      if (edge !== undefined) undo.push(watchNginx(edge, instance))
    }
    if (isAlone) await awaitFirstSync(instance, signal)
    const ready = isAlone ? edgeReport(instance) : await readyReport(instance, signal)
    const ofNginx = await complaintOfOwnNginx(config, setup.paths)
    if (ofNginx !== null) report(ofNginx)
    const { reload, renew, config: configInUse } = createReload(instance, nginx, started)
    if (nginx !== null) undo.push(watchCertificates({ instance, config: configInUse, renew }))
    return { ready, services: started, reload, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const inSentence = (name: string): string => name.replace(/^The /, 'the ')

/** The programs to start: nginx and Redis, without those that the operator runs. */
function programsFor(config: Config): ToolName[] {
  const hasOtherRedis = config.redis.url !== null || config.redis.nodes.length > 0
  const redis: ToolName[] = isEdgeOnly(config) || hasOtherRedis ? [] : ['redis']
  return nginxOf(config) === 'bundled' ? [...redis, 'nginx'] : redis
}

/** Prepares folders and users; called before sockets are created, since these get the group of their folder. */
async function openInstance(
  { loaded: { config }, configFile, paths, hasDemoHistory }: Setup,
  report: (line: string) => void,
): Promise<Instance> {
  const [user, tie] = await Promise.all([workerUser(paths), parentDeathPrefix()])
  const { nginx, socket_group: group } = config.edge
  if (nginx === 'external' && group !== null) await openToGroup(group, paths)
  return { config, configFile, paths, hasDemoHistory, workerUser: user, tie, report }
}

/** Starts independent services in parallel; those that have started are passed on even where another fails. */
async function startTogether(
  specs: readonly ServiceSpec[],
  to: { report: (line: string) => void; signal: AbortSignal; started: Service[] },
): Promise<void> {
  const over = new AbortController()
  const either = AbortSignal.any([to.signal, over.signal])
  const start = async (spec: ServiceSpec) =>
    await startService(spec, to.report, either).catch((error: unknown) => {
      over.abort(error)
      throw error
    })
  for (const one of await Promise.allSettled(specs.map(start)))
    if (one.status === 'fulfilled') to.started.push(one.value)
  over.signal.throwIfAborted()
}

/**
 * The services behind the edge: Redis where it is started here, the demo's origin, then the control
 * plane, which needs both.
 */
async function startInner(
  instance: Instance,
  redis: Tool | null,
  start: (...specs: ServiceSpec[]) => Promise<void>,
): Promise<void> {
  const specs = redis === null ? [] : [redisSpec(redis, instance)]
  if (instance.config.demo.enabled) specs.push(originSpec(instance))
  await start(...specs)
  await start(controlSpec(instance))
}

async function requireAddresses(config: Config, isAlone: boolean): Promise<void> {
  const tls = tlsListenOf(config)
  if (nginxOf(config) === 'bundled') await requireFree('edge.listen', config.edge.listen)
  if (nginxOf(config) === 'bundled' && tls !== null) await requireFree('edge.tls_listen', tls)
  const { listen: control, push_listen: push } = config.control
  if (push !== null) await requireFree('control.push_listen', push)
  if (isAlone) return
  await requireFree('admin.listen', config.admin.listen)
  if (config.demo.enabled) await requireFree('demo.origin', config.demo.origin)
  if (control !== null) await requireFree('control.listen', control)
  if (config.hooks.listen !== null) await requireFree('hooks.listen', config.hooks.listen)
}

async function readyReport({ paths }: Instance, signal: AbortSignal): Promise<ReadyReport> {
  for (let attempt = 0; attempt < 300; attempt++) {
    signal.throwIfAborted()
    const reply = await httpGet({ socketPath: paths.adminSocket, path: '/internal/ready' })
    const ready = reply?.status === 200 ? readReady(reply.body) : null
    if (ready !== null) return ready
    await sleep(100)
  }
  throw new Failure(`The control plane did not get ready; see ${paths.logs}/control.log.`)
}
