import { join } from 'node:path'
import {
  controlPid,
  nginxPid,
  redisPid,
  residentOf,
  workerPids,
} from '../../test/e2e/world/processes.ts'
import { viewer } from '../../test/e2e/world/viewer.ts'
import { adminOf, worldConfig } from '../../test/e2e/world/world.ts'
import { makeCa } from '../../test/support/programs/certificates.ts'
import { freePort } from '../../test/support/programs/port.ts'
import { startService, type TestService } from '../../test/support/programs/service.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import type { Ground } from './hostile-request.ts'
import type { Place } from './send.ts'

/** A listener with what its requests are made from. */
export interface Listener extends Ground {
  readonly name: string
  readonly place: Place
}

/** Resident memory by name of process, MB. */
export type Megabytes = Readonly<Record<string, number>>

/** A running Gatehouse with every listener it has. */
export interface FuzzWorld {
  readonly listeners: readonly Listener[]
  readonly service: TestService
  /** Processes that must outlive it, by name. */
  readonly pids: () => Promise<Readonly<Record<string, number>>>
  readonly memoryMb: () => Promise<Megabytes>
  readonly stop: () => Promise<void>
}

/** Left out where the request is authorised: what would rightly end edges, keys or sessions. */
const GENTLE = /^\/api\/v1\/(?!edges|keys|config)[a-z-]+/

/** Paths of the admin API that are only read, from its OpenAPI document. */
const apiPaths = async (service: TestService): Promise<string[]> => {
  const answer = await service.api('/api/openapi.json')
  const text: unknown = await answer.json()
  const paths = typeof text === 'object' && text !== null && 'paths' in text ? text.paths : {}
  return Object.keys(paths ?? {}).map((path) => path.replaceAll(/\{\w+\}/g, 'own:x'))
}

const placeOf = (url: string): Place => {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}

const EDGE_API = [
  'sync',
  'open',
  'check',
  'identify',
  'lists/everyone?v=1',
  'tables/networks?from=1',
  'tables/channels?cursor=0',
]

/** Starts the demo with hooks and finds out what each listener knows. */
export const startFuzzWorld = async (): Promise<FuzzWorld> => {
  const hooks = `127.0.0.1:${await freePort()}`
  const folder = await tempDir()
  // `run` says the address viewers are told, which is that of HTTPS.
  const plain = `127.0.0.1:${await freePort()}`
  const tls = { host: '127.0.0.1', port: await freePort() }
  const { certificate, key } = await (await makeCa(folder.path)).issue('edge')
  const https = `  plain: serve\n  tls_listen: 127.0.0.1:${tls.port}\n  certificate_file: ${certificate}\n  key_file: ${key}\n`
  const service = await startService({
    config: worldConfig({ more: `hooks: { listen: '${hooks}' }` })
      .replace('__EDGE__', plain)
      .replace('  workers: 2\n', (line) => line + https),
  })
  const account = await adminOf(service).account(1000)
  const who = viewer(`http://${plain}`, { token: account.token, address: '198.51.100.9' })
  const ticket = await who.ticket()
  const opened = await who.open('federal-1', ticket)
  const pass = new URL(opened.location ?? '', `http://${plain}`).pathname
  const api = await apiPaths(service)
  const edge: Listener = {
    name: 'edge',
    place: placeOf(`http://${plain}`),
    host: 'tv.example.net',
    keys: ['X-Forwarded-For: 192.168.1.20', 'X-Forwarded-For: 2001:db8::1'],
    paths: [
      '/playlist.m3u',
      `/playlist.m3u?token=${account.token}`,
      '/get.php?username=a&password=b',
      `/live/${ticket}/federal-1/index.m3u8`,
      `/live/federal-1/index.m3u8?token=${account.token}`,
      '/live/a/b/federal-1.ts',
      pass,
      pass.replace(/[^/]*$/, 'segment-1.ts'),
      '/health',
      '/_gatehouse/refuse',
      '/s/',
    ],
  }
  const listeners: Listener[] = [
    edge,
    { ...edge, name: 'edge, HTTPS', place: { ...tls, speaks: 'http/1.1' } },
    { ...edge, name: 'edge, HTTP/2', place: { ...tls, speaks: 'h2' } },
    {
      name: 'hooks',
      place: placeOf(`http://${hooks}`),
      host: hooks,
      keys: ['Content-Type: application/x-www-form-urlencoded', 'X-Real-IP: 198.51.100.3'],
      paths: [
        '/auth/flussonic/f?name=federal-1&ip=198.51.100.7&session_id=5f&request_type=new_session&request_number=0&proto=hls',
        '/auth/request/m',
        '/auth/rtmp/r',
      ],
    },
    {
      name: 'admin',
      place: placeOf(service.admin),
      host: new URL(service.admin).host,
      keys: [],
      paths: ['/', '/health/live', '/health/ready', '/metrics', '/internal/ready', ...api],
    },
    {
      name: 'admin, signed in',
      place: placeOf(service.admin),
      host: new URL(service.admin).host,
      keys: [`Authorization: Bearer ${service.adminToken}`],
      paths: api.filter((path) => GENTLE.test(path)),
    },
    {
      name: 'edge API of control',
      place: { path: join(service.state, 'run/control.sock') },
      host: 'gatehouse',
      keys: ['Content-Type: application/json', 'X-Gh-Key: AAAAAAAAAAAAAAAA'],
      paths: EDGE_API.map((path) => `/edge/v1/${path}`),
    },
    {
      name: 'pushes to the edge',
      place: { path: join(service.state, 'run/inner.sock') },
      host: 'gatehouse',
      keys: ['Content-Type: application/json'],
      paths: ['/push', '/health'],
    },
  ]
  const pids = async () => {
    const workers = await workerPids(service)
    return {
      control: await controlPid(service),
      redis: await redisPid(service),
      nginx: nginxPid(service),
      ...Object.fromEntries(workers.map((pid, at) => [`worker ${at + 1}`, pid])),
    }
  }
  return {
    listeners,
    service,
    pids,
    memoryMb: async () => {
      const all = Object.entries(await pids())
      return Object.fromEntries(all.map(([name, pid]) => [name, residentOf(pid) / 2 ** 20]))
    },
    stop: async () => {
      await service.stop()
      await folder.remove()
    },
  }
}
