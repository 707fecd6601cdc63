import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { mintTicket } from '#domain/credentials/ticket'
import type { GroupWonBy } from '#domain/types'
import { copyAuthorities } from '../../../control/nginx/certificates/authorities.ts'
import { renderNginx } from '../../../control/nginx/render.ts'
import {
  DEFAULT_ZONES,
  type NginxSettings,
  type ZoneSizes,
} from '../../../control/nginx/settings.ts'
import { copySlates } from '../../../control/nginx/slates.ts'
import { loadTemplates } from '../../../control/nginx/template.ts'
import { EDGE_OPTIONS } from '../../../control/runtime/build/build.ts'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { openWaitingRoom } from '../../../control/supervise/nginx/waiting-room.ts'
import { tempDir } from '../../support/cleanup.ts'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'
import { until } from '../../support/programs/port.ts'
import { nodeCrypto } from './crypto.ts'
import { startOrigin, type TestOrigin } from './origin.ts'
import { createStub, type StubControl } from './stub-control.ts'

/** A real nginx with our bundle, a stub control plane and an origin. */
export interface Rig {
  readonly stub: StubControl
  readonly origin: TestOrigin
  readonly nginx: TestNginx
  readonly url: string
  readonly socket: string
  /** Path of the push socket. */
  readonly push: string
  readonly dir: string
  get(path: string, options?: GetOptions): Promise<Answer>
  ticket(more?: Partial<TicketWish>): string
  restartControl(): Promise<void>
  /** Closes the room where blocking reloads wait. */
  closeRoom(): void
  stop(): Promise<void>
}

export interface TicketWish {
  group: string
  account: string
  wonBy: GroupWonBy
  issued: number
  expires: number
  download: string
}

/** A request; `from` is the viewer's address, which the rig's nginx believes from loopback. */
export interface GetOptions {
  readonly method?: string
  readonly from?: string
  readonly headers?: Record<string, string>
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly reason: string | null
}

const small: ZoneSizes = { ...DEFAULT_ZONES, leases: '8m', networks: '16m', channels: '8m' }

/** What a test may change about nginx's settings. */
export type Tweak = (settings: NginxSettings) => NginxSettings

const settingsFor = (
  dir: string,
  origin: string,
  modules: NginxSettings['modules'],
): NginxSettings => ({
  confDir: dir,
  bundle: join(dir, 'edge.js'),
  modules,
  user: process.getuid?.() === 0 ? 'nobody nogroup' : null,
  pidFile: join(dir, 'nginx.pid'),
  errorLog: 'stderr notice',
  accessLog: join(dir, 'access.log'),
  trafficLog: join(dir, 'traffic.log'),
  tempDir: join(dir, 'temp'),
  cacheDir: join(dir, 'cache'),
  workers: 2,
  workerConnections: 2048,
  listen: [{ address: '127.0.0.1:__PORT__', isProxyProtocol: false }],
  sockets: {
    inner: join(dir, 'inner.sock'),
    fail: join(dir, 'fail.sock'),
    push: join(dir, 'push.sock'),
    room: join(dir, 'room.sock'),
  },
  pushListen: null,
  edgeId: 'edge-1',
  edgeKey: null,
  control: { servers: [`unix:${join(dir, 'control.sock')}`], tls: null },
  // The least the product waits: what a busy machine answers late would be opened by the edge itself.
  askTimeoutMs: 6000,
  origins: [origin],
  resolver: null,
  trustedProxies: ['127.0.0.1/32'],
  realIpHeader: 'X-Forwarded-For',
  geoipFile: null,
  v6Prefix: 64,
  zones: small,
  listCacheSize: '64m',
  segmentCache: null,
  gzip: true,
  guessesPerSecond: 10,
  judgedInPlace: 200,
  segmentConnections: 8,
})

/** Starts all three and waits until the edge is ready; `entry` stands in place of `njs/index.ts`. */
export async function startRig(
  prepare: (stub: StubControl, origin: TestOrigin) => void,
  tweak: Tweak = (it) => it,
  entry = join(import.meta.dirname, '../../../njs/index.ts'),
): Promise<Rig> {
  const folder = await tempDir()
  const { path: dir } = folder
  const stub = createStub()
  const origin = await startOrigin()
  prepare(stub, origin)
  const { modules } = await resolveTool('nginx')
  const bundle = join(dir, 'edge.js')
  await build({
    ...EDGE_OPTIONS,
    entryPoints: [entry],
    outfile: bundle,
    logLevel: 'silent',
  })
  for (const name of ['temp', 'cache']) await mkdir(join(dir, name))
  const settings = tweak(
    settingsFor(dir, origin.url, { js: modules?.js ?? '', geoip2: modules?.geoip2 ?? null }),
  )
  await writeFile(settings.trafficLog, '')
  await own(dir, ['', 'temp', 'cache', 'traffic.log', 'edge.js'])
  await stub.start(join(dir, 'control.sock'))
  const closeRoom = await openWaitingRoom(settings.sockets.room)
  const templates = loadTemplates(join(import.meta.dirname, '../../../nginx'))
  const files = renderNginx(settings, templates)
  const includes = Object.entries(files).filter(([name]) => name !== 'nginx.conf')
  for (const [name, text] of includes) await writeFile(join(dir, name), text)
  copyAuthorities(dir)
  copySlates(dir, null, () => undefined)
  const nginx = await startNginx({ files: { 'nginx.conf': files['nginx.conf'] ?? '' }, ports: 2 })
  const rig = handle({ stub, origin, nginx, dir, push: settings.sockets.push, closeRoom })
  await untilReady(rig)
  return {
    ...rig,
    async stop() {
      await nginx.stop()
      closeRoom()
      await stub.stop()
      await origin.stop()
      await folder.remove()
    },
  }
}

const own = async (dir: string, names: readonly string[]): Promise<void> => {
  if (process.getuid?.() !== 0) return
  for (const name of names) await chown(join(dir, name), 65534, 65534)
  await chmod(dir, 0o755)
}

const untilReady = (rig: Rig): Promise<unknown> =>
  until('a ready edge', async () => (await rig.get('/health')).status === 200, 20_000)

const handle = (
  parts: Pick<Rig, 'stub' | 'origin' | 'nginx' | 'dir' | 'push' | 'closeRoom'>,
): Rig => {
  const { stub, nginx, dir } = parts
  const socket = join(dir, 'control.sock')
  return {
    ...parts,
    url: nginx.url,
    socket,
    async get(path, options = {}) {
      const response = await fetch(nginx.url + path, {
        method: options.method ?? 'GET',
        redirect: 'manual',
        // A connection kept over a reload of nginx may end just as the next request goes out.
        headers: {
          connection: 'close',
          ...(options.from ? { 'X-Forwarded-For': options.from } : {}),
          ...options.headers,
        },
        ...(options.body === undefined ? {} : { body: options.body }),
      })
      return {
        status: response.status,
        headers: response.headers,
        text: await response.text(),
        reason: response.headers.get('x-gatehouse-reason'),
      }
    },
    ticket(more = {}) {
      const now = Math.floor(Date.now() / 1000)
      return mintTicket(nodeCrypto, stub.secret, {
        kid: stub.kid,
        wonBy: 'default',
        issued: now,
        expires: now + 3600,
        download: 'AAECAwQFBgcICQoL',
        group: 'all',
        account: 'own:1',
        ...more,
      })
    },
    restartControl: () => stub.start(socket),
    stop: () => Promise.resolve(),
  }
}
