import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCa, type TestCa } from '../../support/programs/certificates.ts'
import { freePort, until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { ask } from './ask.ts'
import { type WorldOptions, worldConfig } from './world.ts'

/** What several machines share: a folder, an authority. */
export interface Ground {
  readonly folder: string
  readonly ca: TestCa
  readonly remove: () => Promise<void>
}

/** Makes the ground of a cluster. */
export async function makeGround(): Promise<Ground> {
  const { path: folder, remove } = await tempDir()
  return { folder, ca: await makeCa(folder), remove }
}

/** A control plane that edges on other machines reach. */
export interface Plane extends TestService {
  /** `https://localhost:port`. */
  readonly url: string
  readonly addEdge: (name: string) => Promise<string>
}

/** How a control plane differs from the usual one. */
export interface PlaneOptions extends WorldOptions {
  readonly name?: string
  /** Where edges reach it, to start it there again. */
  readonly port?: number
  readonly state?: string
  /** `host:port` of a media server several control planes share; without it the demo's own starts. */
  readonly origin?: string
}

const sharing = (config: string, origin: string | undefined): string =>
  origin === undefined
    ? config
    : config
        .replaceAll('__ORIGIN__', origin)
        .replace('demo:\n  enabled: true', 'demo:\n  enabled: false')

/** Starts a control plane with its own edge and a TLS listener for others; `port` = where, to start it there again. */
export async function startPlane(
  { folder, ca }: Ground,
  options: PlaneOptions = {},
): Promise<Plane> {
  const { name = 'plane', port = await freePort(), more = '', state, origin, ...world } = options
  const { certificate, key } = await ca.issue(name)
  const control = `control:
  listen: 127.0.0.1:${port}
  certificate_file: ${certificate}
  key_file: ${key}
  ca_file: ${ca.file}
${more}`
  const service = await startService({
    config: sharing(worldConfig({ ...world, more: control }), origin).replace(
      'edge:\n',
      `edge:\n  id: ${name}\n`,
    ),
    state: state ?? join(folder, name),
  })
  return {
    ...service,
    url: `https://localhost:${port}`,
    async addEdge(edge) {
      const answer = await service.api('/api/v1/edges', {
        method: 'POST',
        body: JSON.stringify({ id: edge }),
        headers: { 'Content-Type': 'application/json' },
      })
      if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`)
      return ((await answer.json()) as { key: string }).key
    },
  }
}

/** What an edge alone is started with. */
export interface EdgeOptions {
  readonly name: string
  readonly key: string
  readonly urls: readonly string[]
  /** Where pushes are taken; nowhere when left out. */
  readonly pushPort?: number
  /** PEM of an authority other than the ground's. */
  readonly caFile?: string
}

/** Starts an edge alone: nginx and nothing else. */
export async function startEdge(
  { folder, ca }: Ground,
  options: EdgeOptions,
): Promise<TestService> {
  const { name, key, urls, pushPort, caFile = ca.file } = options
  const own = join(folder, `edge-${name}`)
  mkdirSync(own, { recursive: true })
  writeFileSync(join(own, 'key'), `${key}\n`)
  const { certificate, key: tlsKey } = await ca.issue(name)
  const push =
    pushPort === undefined
      ? ''
      : `, push_listen: '127.0.0.1:${pushPort}', certificate_file: ${certificate}, key_file: ${tlsKey}`
  return await startService({
    config: `edge: { id: ${name}, listen: __EDGE__, workers: 1, trusted_proxies: [127.0.0.1/32] }
control: { urls: ${JSON.stringify(urls)}, ca_file: ${caFile}, edge_key_file: ${own}/key${push} }
`,
    state: join(own, 'state'),
  })
}

/** Waits until an edge alone has synced. */
export const ready = (edge: TestService): Promise<void> =>
  until('an edge that serves', async () => (await ask(edge.edge, '/health')).status === 200)
