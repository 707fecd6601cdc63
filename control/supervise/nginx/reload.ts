import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema/schema.ts'
import { run } from '../../runtime/exec.ts'
import { Failure, sentence } from '../../runtime/failure.ts'
import type { Tool } from '../../runtime/resolve.ts'
import type { Service } from '../processes/child.ts'
import { redact } from '../processes/redact.ts'
import { type Instance, nginxArgv } from '../processes/services.ts'
import { keepReloadOutcome } from '../processes/supervisor.ts'
import { prepareNginx } from './nginx.ts'
import { changesOfRunning, readHttpFile } from './running-zones.ts'

const TEST_MS = 30_000

/** The error of `nginx -t`; `null` where the files are valid. */
async function complaintOf(nginx: Tool, { paths }: Instance): Promise<string | null> {
  const { code, stderr } = await run([...nginxArgv(nginx, paths), '-t', '-q'], {
    timeoutMs: TEST_MS,
  })
  if (code === 0) return null
  const said = stderr.split('\n').find((line) => line.includes('[emerg]')) ?? stderr.trim()
  return redact(said.replace(/^.*\[emerg\] \d+#\d+: /, ''))
}

/** Updates nginx's files where `nginx -t` accepts them; returns whether they changed. */
async function renewNginx(instance: Instance, nginx: Tool): Promise<boolean> {
  const { paths } = instance
  const before = readHttpFile(paths.nginx)
  const written = prepareNginx(instance, nginx, true)
  if (!written.hasChanged) return false
  const now = readHttpFile(paths.nginx) ?? ''
  const changes = await changesOfRunning(paths.innerSocket, { before, now })
  const refused = changes.find(({ effect }) => effect === 'refused')
  if (refused !== undefined) {
    written.restore()
    throw new Failure(`${refused.text} That is done by starting Gatehouse anew.`)
  }
  for (const { text } of changes) instance.report(text)
  const complaint = await complaintOf(nginx, instance)
  if (complaint === null) return true
  // After a crash nginx would be started with the invalid files.
  written.restore()
  throw new Failure(`nginx refuses it: ${complaint}`)
}

/** Makes nginx serve certificates that were renewed; returns its objection. */
async function serveRenewed(
  instance: Instance,
  nginx: Tool,
  started: readonly Service[],
): Promise<string | null> {
  const written = prepareNginx(instance, nginx, true)
  const complaint = await complaintOf(nginx, instance)
  if (complaint === null) serviceOf(started, 'nginx')?.signal('SIGHUP')
  else written.restore()
  return complaint
}

const serviceOf = (started: readonly Service[], name: string) =>
  started.find((it) => it.name === name)

/** Reads the configuration again; returns the one in use afterwards. */
async function reloadAll(
  instance: Instance,
  nginx: Tool | null,
  started: readonly Service[],
): Promise<Config> {
  let text: string | null = null
  const keep = (problem: string | null) => {
    if (text !== null) keepReloadOutcome(instance.paths.reloadOutcome, text, problem)
  }
  try {
    const loaded = loadConfig(instance.configFile, process.env)
    text = loaded.text
    const { config } = loaded
    const hasChanged = nginx !== null && (await renewNginx({ ...instance, config }, nginx))
    serviceOf(started, 'The control plane')?.signal('SIGHUP')
    if (hasChanged) serviceOf(started, 'nginx')?.signal('SIGHUP')
    keep(null)
    instance.report('The configuration is read again.')
    return config
  } catch (error) {
    keep(sentence(error))
    instance.report(`The configuration stays as it was: ${sentence(error)}`)
    return instance.config
  }
}

/** Changes while everything runs, one after the other. */
export interface Reload {
  /** The configuration in use. */
  readonly config: () => Config
  readonly reload: () => void
  /** Makes nginx serve renewed certificates; resolves to its objection, `null` where it does. */
  readonly renew: () => Promise<string | null>
}

/**
 * SIGHUP: all services read the configuration again, one request after the other; an invalid file
 * changes nothing.
 */
export function createReload(
  instance: Instance,
  nginx: Tool | null,
  started: readonly Service[],
): Reload {
  let last: Promise<unknown> = Promise.resolve()
  let { config } = instance
  return {
    config: () => config,
    reload: () => {
      last = last.then(async () => {
        config = await reloadAll({ ...instance, config }, nginx, started)
      })
    },
    renew: async () => {
      const work = last.then(async () =>
        nginx === null ? null : await serveRenewed({ ...instance, config }, nginx, started),
      )
      last = work.catch(() => undefined)
      return await work
    },
  }
}
