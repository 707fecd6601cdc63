import { join } from 'node:path'
import {
  createRedis,
  type RedisClient,
  waitForRedis,
} from '../../../control/sessions/redis/client.ts'
import { createSessions } from '../../../control/sessions/sessions.ts'
import { adminOf, worldConfig } from '../../../test/e2e/world/world.ts'
import { nginxOf, processOf } from '../../../test/support/programs/processes.ts'
import { startRedis } from '../../../test/support/programs/redis.ts'
import { startService, type TestService } from '../../../test/support/programs/service.ts'
import { cpuSeconds, openEdgeMemory } from './edge-memory.ts'
import { loadSessions } from './load-sessions.ts'
import { createSyncLoad, type SyncCost } from './sync-load.ts'

/** Cost of a minute of so many sessions; rates are per second. */
export interface Minute {
  readonly sync: SyncCost
  readonly seconds: number
  readonly cpu: number
  readonly redisCpu: number
  readonly commands: number
}

/** A whole Gatehouse on a Redis of its own, to be filled with sessions. */
export interface SessionsWorld {
  readonly service: TestService
  /** An account for real viewers. */
  readonly account: { readonly id: string; readonly token: string }
  /** Adds sessions up to `to`, at the edge and in Redis; how many were refused. */
  grow(to: number): Promise<number>
  /** Bytes at the edge and in Redis since the beginning. */
  memory(): Promise<{ readonly edge: number; readonly redis: number }>
  /** Lets all sessions play for `sec` seconds. */
  play(sec: number): Promise<Minute>
  stop(): Promise<void>
}

const nothing = async (): Promise<void> => await Promise.resolve()

/** Opens sessions as another control plane would, which is gone when they are open: its own work is not to be measured. */
const loadFrom = async (client: RedisClient, from: number, to: number): Promise<number> => {
  const loader = createSessions({
    redis: client,
    banMemory: { load: async () => await Promise.resolve([]), save: nothing, remove: nothing },
    onEnd: () => undefined,
    onError: () => undefined,
  })
  await loader.start()
  try {
    return await loadSessions(loader.store, from, to)
  } finally {
    await loader.stop()
  }
}

/** Starts it. */
export const startWorld = async (): Promise<SessionsWorld> => {
  const redis = await startRedis()
  const service = await startService({
    config: worldConfig({ more: `redis: { url: '${redis.url}' }`, clocks: { ban_sec: 600 } }),
  })
  const client = createRedis({ urls: [redis.url] })
  await waitForRedis(client, 5_000)
  const edge = await openEdgeMemory({
    folder: join(service.state, 'nginx'),
    socket: join(service.state, 'run/bench.sock'),
    pid: nginxOf(service),
  })
  const control = processOf(service, 'dist/server.js')
  const speak = createSyncLoad(join(service.state, 'run/control.sock'))
  const info = async (field: string): Promise<number> =>
    Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(await client.info())?.[1])
  const account = await adminOf(service).account(1000)
  const empty = { edge: await edge.fill(0, 0), redis: await info('used_memory') }
  let sessions = 0
  return {
    service,
    account,
    grow: async (to) => {
      await edge.fill(sessions, to)
      const refused = await loadFrom(client, sessions, to)
      sessions = to
      return refused
    },
    memory: async () => ({
      edge: empty.edge - (await edge.fill(0, 0)),
      redis: (await info('used_memory')) - empty.redis,
    }),
    play: async (sec) => {
      const before = [cpuSeconds(control), cpuSeconds(redis.pid)] as const
      const commands = await info('total_commands_processed')
      const sync = await speak(sessions, sec)
      const { seconds } = sync
      return {
        sync,
        seconds,
        cpu: (cpuSeconds(control) - before[0]) / seconds,
        redisCpu: (cpuSeconds(redis.pid) - before[1]) / seconds,
        commands: ((await info('total_commands_processed')) - commands) / seconds,
      }
    },
    stop: async () => {
      client.disconnect()
      await service.stop()
      await redis.stop()
    },
  }
}
