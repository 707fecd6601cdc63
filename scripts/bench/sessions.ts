/** Grows from 1,000 to 100,000 live sessions and shows what each costs. */
import { parseArgs } from 'node:util'
import { createRedis, waitForRedis } from '../../control/sessions/redis-client.ts'
import { createSessions } from '../../control/sessions/sessions.ts'
import { adminOf, worldConfig } from '../../test/e2e/world.ts'
import { processOf } from '../../test/support/processes.ts'
import { startRedis } from '../../test/support/redis.ts'
import { startService } from '../../test/support/service.ts'
import { banDelays } from './sessions/ban-delay.ts'
import { cpuSeconds, openEdgeMemory } from './sessions/edge-memory.ts'
import { loadSessions } from './sessions/load-sessions.ts'
import { REPORT_SEC, syncFor } from './sessions/sync-load.ts'

const SIZES = [1_000, 3_000, 10_000, 30_000, 100_000]
const MEASURE_SEC = 20
const BANS = 60

const { values } = parseArgs({ options: { sizes: { type: 'string' }, sec: { type: 'string' } } })
const sizes = values.sizes?.split(',').map(Number) ?? SIZES
const sec = Number(values.sec ?? MEASURE_SEC)
const say = (text: string): void => void process.stderr.write(`${text}\n`)
const rank = (list: readonly number[], share: number): number =>
  list[Math.min(list.length - 1, Math.floor(list.length * share))] ?? Number.NaN

const redis = await startRedis()
const service = await startService({
  config: worldConfig({ more: `redis: { url: '${redis.url}' }`, clocks: { ban_sec: 600 } }),
})
const client = createRedis({ urls: [redis.url] })
await waitForRedis(client, 5_000)
const loader = createSessions({
  redis: client,
  banMemory: {
    load: async () => await Promise.resolve([]),
    save: async () => await Promise.resolve(),
    remove: async () => await Promise.resolve(),
  },
  onEnd: () => undefined,
  onError: () => undefined,
})
await loader.start()

const info = async (field: string): Promise<number> =>
  Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(await client.info())?.[1])

const rows: Record<string, string>[] = []
try {
  const edge = await openEdgeMemory(service)
  const control = processOf(service, 'dist/server.js')
  const socket = `${service.state}/run/control.sock`
  const empty = { free: await edge.free(), redis: await info('used_memory') }
  const watched = await adminOf(service).account(1000)
  let loaded = 0
  for (const size of sizes) {
    say(`${size.toLocaleString('en')} sessions: loading …`)
    await edge.fill(loaded, size)
    const refused = await loadSessions(loader.store, loaded, size)
    if (refused > 0) say(`  ${refused} were refused`)
    loaded = size
    const { totalClients } = await loader.view.numbers()
    say(`  Redis counts ${totalClients}`)
    const memory = {
      edge: (empty.free - (await edge.free())) / size,
      redis: ((await info('used_memory')) - empty.redis) / size,
    }
    // Once round, so that control has met every session.
    await syncFor(socket, size, Math.min(22, sec + 2))
    say('  measuring …')
    const before = {
      cpu: cpuSeconds(control),
      redisCpu: cpuSeconds(redis.pid),
      commands: await info('total_commands_processed'),
      at: performance.now(),
    }
    const cost = await syncFor(socket, size, sec)
    const took = (performance.now() - before.at) / 1000
    const cpu = (cpuSeconds(control) - before.cpu) / took
    const redisCpu = (cpuSeconds(redis.pid) - before.redisCpu) / took
    const commands = ((await info('total_commands_processed')) - before.commands) / took
    const bans = await banDelays(service, watched, BANS)
    // By what was reported: a busy machine reports less often than every 20 s.
    const per = (10_000 / REPORT_SEC) * (took / cost.reports)
    rows.push({
      sessions: size.toLocaleString('en'),
      'edge, bytes a session': memory.edge.toFixed(0),
      'Redis, bytes a session': memory.redis.toFixed(0),
      'Redis commands/s per 10,000': (commands * per).toFixed(0),
      'control CPU per 10,000': `${(cpu * per * 100).toFixed(1)} %`,
      'Redis CPU per 10,000': `${(redisCpu * per * 100).toFixed(1)} %`,
      'sync up, kB/s per 10,000': ((cost.upBytes * per * sec) / took / 1000).toFixed(1),
      'sync p50 / p99, ms': `${rank(cost.times, 0.5).toFixed(0)} / ${rank(cost.times, 0.99).toFixed(0)}`,
      'ban to 403 p50 / p99, ms': `${rank(bans, 0.5).toFixed(0)} / ${rank(bans, 0.99).toFixed(0)}`,
      dropped: String(cost.dropped),
    })
    say(`  ${JSON.stringify(rows.at(-1))}`)
  }
} finally {
  await loader.stop()
  client.disconnect()
  await service.stop()
  await redis.stop()
}
const names = Object.keys(rows[0] ?? {})
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
process.stdout.write(`${line(names)}\n${line(names.map(() => '---'))}\n`)
for (const row of rows) process.stdout.write(`${line(names.map((name) => row[name] ?? ''))}\n`)
