import { Redis } from 'ioredis'
import { freePort, until } from './port.ts'
import { startRedis, type TestRedis } from './redis.ts'

const SLOTS = 16_384
const MASTERS = 3

/** A real Redis Cluster of three masters on loopback. */
export interface TestCluster {
  /** `host:port` of each master. */
  readonly nodes: readonly string[]
  readonly servers: readonly TestRedis[]
  readonly stop: () => Promise<void>
}

/** Starts three masters and shares the slots out evenly. */
export async function startRedisCluster(): Promise<TestCluster> {
  const servers: TestRedis[] = []
  const busPorts: number[] = []
  for (let at = 0; at < MASTERS; at += 1) {
    const busPort = await freePort()
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '5000']
    servers.push(await startRedis({ args: [...args, '--cluster-port', String(busPort)] }))
    busPorts.push(busPort)
  }
  const clients = servers.map(({ port }) => new Redis(port, '127.0.0.1'))
  const share = Math.ceil(SLOTS / MASTERS)
  for (const [at, client] of clients.entries()) {
    const last = Math.min(SLOTS, (at + 1) * share) - 1
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1))
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(at * share), String(last))
  }
  for (const [at, { port }] of servers.entries()) {
    if (at === 0) continue
    await clients[0]?.call('CLUSTER', 'MEET', '127.0.0.1', String(port), String(busPorts[at]))
  }
  for (const client of clients) {
    await until('a cluster of three', async () => {
      const info = String(await client.call('CLUSTER', 'INFO'))
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')
    })
    client.disconnect()
  }
  return {
    servers,
    nodes: servers.map(({ port }) => `127.0.0.1:${port}`),
    stop: async () => {
      for (const server of servers) await server.stop()
    },
  }
}
