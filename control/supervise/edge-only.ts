import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/schema/schema.ts'
import { Failure } from '../runtime/failure.ts'
import { localEdgeUrl } from './processes/addresses.ts'
import type { ServiceSpec } from './processes/child.ts'
import { httpGet } from './processes/probe.ts'
import { edgeHealth, type Instance } from './processes/services.ts'
import type { ReadyReport } from './start/banner.ts'

const WAIT_MS = 15_000

/** Whether this machine runs only an edge: its control planes are on other machines. */
export const isEdgeOnly = (config: Config): boolean => config.control.urls.length > 0

/** Throws a `Failure` for settings missing that an edge without its own control plane needs. */
export const requireEdgeSettings = ({ control, edge }: Config): void => {
  if (control.edge_key_file === null) {
    throw new Failure(
      `An edge with control.urls needs control.edge_key_file: make the key on a control plane with 'gatehouse edges add ${edge.id}'.`,
    )
  }
  if (edge.nginx !== 'bundled') {
    throw new Failure(
      `With control.urls and edge.nginx: ${edge.nginx} there is nothing to start; see 'gatehouse nginx'.`,
    )
  }
}

/** nginx of such an edge counts as ready when it answers: its control planes may be unavailable. */
export const edgeAlone = (spec: ServiceSpec, { paths }: Instance): ServiceSpec => ({
  ...spec,
  isReady: async () => (await httpGet({ socketPath: paths.innerSocket, path: '/health' })) !== null,
})

/** Waits some seconds for the first sync, and reports where it does not succeed. */
export const awaitFirstSync = async (
  { config, paths, report }: Instance,
  signal: AbortSignal,
): Promise<void> => {
  const end = Date.now() + WAIT_MS
  while (Date.now() < end) {
    signal.throwIfAborted()
    if ((await edgeHealth(paths))?.isReady === true) return
    await sleep(100)
  }
  report(
    `No control plane has answered as it should (${config.control.urls.join(', ')}); viewers get in when one does. Why stands in ${paths.logs}/nginx-error.log.`,
  )
}

/** The start message of an edge without control plane. */
export const edgeReport = ({ config }: Instance): ReadyReport => ({
  edge: localEdgeUrl(config),
  admin: '',
  adminToken: '',
  dashboard: '',
  signIn: null,
  accounts: [],
  groups: [],
})
