import { setTimeout as pause } from 'node:timers/promises'
import { startEmby } from '../../control/demo/media-servers/emby.ts'
import { startJellyfin } from '../../control/demo/media-servers/jellyfin.ts'
import { startPlex } from '../../control/demo/media-servers/plex.ts'
import type { StagedPlay } from '../../control/demo/media-servers/stage.ts'
import { controlPid, processorSeconds, residentOf } from '../../test/e2e/world/processes.ts'
import { adminOf } from '../../test/e2e/world/world.ts'
import { until } from '../../test/support/programs/port.ts'
import { startService, type TestService } from '../../test/support/programs/service.ts'
import { positive, readOptions } from '../options.ts'

const USAGE = `Usage: npm run bench:servers -- [--streams N] [--seconds N]

What watching media servers costs the control plane: five servers (two Plex, two Jellyfin, one Emby) on loopback show so many streams each. Prints the
processor time in percent of one processor, idle and watching, the resident memory, and the time from a play that breaks a rule to the finding.
Exit code 1 where a target is missed.

  --streams N    streams of each server, default: 50
  --seconds N    how long idle and watching are measured, default: 60
`

const values = readOptions(USAGE, {
  streams: { type: 'string' },
  seconds: { type: 'string' },
})

const TOKEN = 'token'
const TARGETS = { percent: 2, megabytes: 350, findingMs: 2000 }
const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** Percent of one processor over a time. */
const loadOf = async (pid: number, seconds: number): Promise<number> => {
  const before = processorSeconds(pid)
  await pause(seconds * 1000)
  return ((processorSeconds(pid) - before) / seconds) * 100
}

const playOf = (server: number, n: number): StagedPlay => ({
  user: { id: String(1000 + n), name: `Viewer ${n}` },
  device: { id: `device-${server}-${n}`, name: 'Television', app: 'App', platform: 'webOS' },
  item: { id: String(500 + n), title: `Film ${n}` },
  session: `session-${server}-${n}`,
  address: `198.51.100.${(n % 250) + 1}`,
})

const startServers = async () => [
  { kind: 'plex', fake: await startPlex({ token: TOKEN }) } as const,
  { kind: 'plex', fake: await startPlex({ token: TOKEN }) } as const,
  { kind: 'jellyfin', fake: await startJellyfin({ token: TOKEN }) } as const,
  { kind: 'jellyfin', fake: await startJellyfin({ token: TOKEN, version: '10.10.7' }) } as const,
  { kind: 'emby', fake: await startEmby({ token: TOKEN }) } as const,
]

type Servers = Awaited<ReturnType<typeof startServers>>

/** Milliseconds from a play to the finding about it. */
const findingMs = async (service: TestService, [first]: Servers): Promise<number> => {
  const admin = adminOf(service)
  const params = { mode: 'block', countries: ['US'] }
  await admin.send('PUT', '/rules/abroad', { id: 'abroad', kind: 'geo_restriction', params })
  const abroad = { ...playOf(0, 0), session: 'abroad', address: '8.8.8.8' }
  const user = { id: '77', name: 'Abroad' }
  first?.fake.stage.play([...first.fake.stage.plays(), { ...abroad, user }])
  const since = performance.now()
  const account = 'server:s0:77'
  await until('the finding', async () => {
    const { items } = await admin.get<{ items: unknown[] }>(`/findings?account=${account}`)
    return items.length > 0
  })
  return performance.now() - since
}

const measure = async (service: TestService, servers: Servers): Promise<boolean> => {
  const [streams, seconds] = [positive(values.streams, 50), positive(values.seconds, 60)]
  const admin = adminOf(service)
  const pid = await controlPid(service)
  await pause(10_000)
  const idle = await loadOf(pid, seconds)
  print(`idle: ${idle.toFixed(2)} % of a processor, ${Math.round(residentOf(pid) / 1e6)} MB`)
  for (const [at, { kind, fake }] of servers.entries()) {
    fake.stage.play(Array.from({ length: streams }, (_, n) => playOf(at, n)))
    await admin.send('POST', '/media-servers', {
      name: `s${at}`,
      kind,
      url: fake.url,
      token: TOKEN,
    })
  }
  const wanted = servers.length * streams
  await until('all streams', async () => {
    const { total } = await admin.get<{ total: number }>('/sessions?limit=1')
    return total >= wanted
  })
  await pause(10_000)
  const busy = await loadOf(pid, seconds)
  const megabytes = residentOf(pid) / 1e6
  print(
    `${servers.length} servers x ${streams} streams: ${busy.toFixed(2)} % of a processor, ${Math.round(megabytes)} MB`,
  )
  const latency = await findingMs(service, servers)
  print(`play to finding: ${Math.round(latency)} ms`)
  return (
    busy - idle <= TARGETS.percent && megabytes <= TARGETS.megabytes && latency <= TARGETS.findingMs
  )
}

const main = async (): Promise<void> => {
  const servers = await startServers()
  const service = await startService({
    config: 'admin: { listen: __ADMIN__ }\nmedia_servers: []\n',
  })
  try {
    const isMet = await measure(service, servers)
    print(isMet ? 'targets are met' : `missed: ${JSON.stringify(TARGETS)}`)
    if (!isMet) process.exitCode = 1
  } finally {
    await service.stop()
    await Promise.all(servers.map(async ({ fake }) => await fake.close()))
  }
}

await main()
