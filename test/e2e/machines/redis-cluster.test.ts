import { beforeAll, expect, test } from 'vitest'
import { useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startRedisCluster } from '../../support/programs/redis-cluster.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

const onCleanup = useCleanup('all')
let service: TestService
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  const cluster = await startRedisCluster()
  onCleanup(cluster.stop)
  const more = `redis: { nodes: ${JSON.stringify(cluster.nodes)} }\n`
  service = await startService({ config: worldConfig({ more, clocks: { reserve_sec: 60 } }) })
  onCleanup(service.stop)
  admin = adminOf(service)
}, 300_000)

test('it counts in the Cluster, not in memory', async () => {
  const { body } = await service.api('/metrics').then(async (it) => ({ body: await it.text() }))
  expect(body).toContain('gatehouse_degraded 0')
})

test('caps are exact under racing openings, for many accounts at once', async () => {
  const accounts = await Promise.all([1, 2, 3, 4, 5].map(async (cap) => admin.account(cap)))
  const counts = await Promise.all(
    accounts.map(async ({ token }, account) => {
      const ticket = await viewer(service.edge, { token }).ticket()
      const replies = await Promise.all(
        Array.from({ length: 60 }, (_, n) =>
          viewer(service.edge, {
            address: `10.${account}.1.${n + 1}`,
            agent: `Player${n}/1`,
          }).open(`federal-${(n % 4) + 1}`, ticket),
        ),
      )
      return replies.filter(({ status }) => status === 302).length
    }),
  )
  expect(counts).toEqual([1, 2, 3, 4, 5])
  expect(await admin.sessions()).toHaveLength(15)
}, 120_000)

test('a ban refuses who plays, and history hears of it', async () => {
  const { id, token } = await admin.account(5)
  const playing = await viewer(service.edge, { token, address: '198.51.100.1' }).play('federal-1')
  expect((await playing.poll()).status).toBe(200)
  await admin.send('POST', '/bans', { kind: 'account', subject: `own:${id}`, seconds: 60 })
  await until('the ban', async () => (await playing.poll()).status === 403)
  await until('history', async () => {
    const { recent } = await admin.get<{ recent: unknown[] }>(`/history/accounts/own:${id}`)
    return recent.length > 0
  })
})
