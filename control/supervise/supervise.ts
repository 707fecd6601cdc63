import { setTimeout as sleep } from 'node:timers/promises'
import { requireFiles } from '../config/checks/file-checks.ts'
import type { Config } from '../config/schema/schema.ts'
import { build } from '../runtime/build.ts'
import { Failure } from '../runtime/failure.ts'
import { resolveTool } from '../runtime/resolve.ts'
import {
  awaitControl,
  edgeAlone,
  edgeReport,
  isEdgeOnly,
  requireEdgeSettings,
} from './edge-only.ts'
import { prepareNginx, watchNginx } from './nginx/nginx.ts'
import { createReload } from './nginx/reload.ts'
import { requireFree } from './processes/addresses.ts'
import { type Service, type ServiceSpec, startService } from './processes/child.ts'
import { openToGroup, tiedToUs, workerUser } from './processes/privileges.ts'
import { ask } from './processes/probe.ts'
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
  /** Tells the services to read their configuration again. */
  reload(): void
  /** Stops everything that was started, the edge first. */
  stop(): Promise<void>
}

/** Starts everything a configuration asks for; `report` gets progress and troubles in plain words. */
export async function supervise(
  setup: Setup,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Supervisor> {
  const { config } = setup.loaded
  requireFiles(setup.loaded)
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
    const instance: Instance = {
      config,
      configFile: setup.configFile,
      paths: setup.paths,
      // Before any socket is made: sockets take the group of the folder.
      workerUser: await workerUser(setup.paths),
      tie: await tiedToUs(),
      report,
    }
    const { nginx: whose, socket_group: group } = config.edge
    if (whose === 'external' && group !== null) await openToGroup(group, setup.paths)
    await build(report)
    const start = async (spec: ServiceSpec) => {
      signal.throwIfAborted()
      report(`Starting ${inSentence(spec.name)} …`)
      started.push(await startService(spec, report, signal))
    }
    const usesOurNginx = config.edge.nginx === 'bundled'
    const nginx = usesOurNginx ? await resolveTool('nginx', { progress: report }) : null
    if (!isAlone) await startInner(instance, start)
    if (nginx !== null) {
      prepareNginx(instance, nginx)
      const spec = nginxSpec(nginx, instance)
      await start(isAlone ? edgeAlone(spec, instance) : spec)
      const edge = started.at(-1)
      if (edge !== undefined) undo.push(watchNginx(edge, instance))
    }
    if (isAlone) await awaitControl(instance, signal)
    const ready = isAlone ? edgeReport(instance) : await readyReport(instance, signal)
    const reload = createReload(instance, nginx, started)
    return { ready, services: started, reload, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const inSentence = (name: string): string => name.replace(/^The /, 'the ')

/** What stands behind the edge: Redis where it is ours, the demo's origin, the control plane. */
async function startInner(
  instance: Instance,
  start: (spec: ServiceSpec) => Promise<void>,
): Promise<void> {
  const { config, report } = instance
  if (config.redis.url === null && config.redis.nodes.length === 0) {
    await start(redisSpec(await resolveTool('redis', { progress: report }), instance))
  }
  if (config.demo.enabled) await start(originSpec(instance))
  await start(controlSpec(instance))
}

async function requireAddresses(config: Config, isAlone: boolean): Promise<void> {
  if (config.edge.nginx === 'bundled') await requireFree('edge.listen', config.edge.listen)
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
    const reply = await ask({ socketPath: paths.adminSocket, path: '/internal/ready' })
    const ready = reply?.status === 200 ? readReady(reply.body) : null
    if (ready !== null) return ready
    await sleep(100)
  }
  throw new Failure(`The control plane did not get ready; see ${paths.logs}/control.log.`)
}
