import { beforeAll, expect, test } from 'vitest'
import { useCleanup } from '../../support/cleanup.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

const onCleanup = useCleanup('all')
let service: TestService
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  const more = `surge:
  - name: lean
    group: everyone
    channels: { ids: [federal-1] }
    running: stay
    above_sessions: 4
    hysteresis_percent: 50
    hold_sec: 2
`
  service = await startService({ config: worldConfig({ more }) })
  onCleanup(service.stop)
  admin = adminOf(service)
}, 300_000)

test('a group narrows by itself above its mark and widens again below it', async () => {
  const { id, token } = await admin.account(50)
  const who = (n: number) => ({ token, address: `198.51.100.${n}`, agent: `Player${n}/1` })
  const wide = await viewer(service.edge, who(1)).channels()
  expect(wide.length).toBeGreaterThan(1)
  for (let n = 1; n <= 5; n += 1)
    await (await viewer(service.edge, who(n)).play('federal-1')).poll()
  let looks = 20
  // Each look from another address: one that asks too often waits.
  const channels = async () => await viewer(service.edge, who((looks += 1))).channels()
  await until('a narrow list', async () => (await channels()).length === 1)
  const refused = await viewer(service.edge, who(9)).open('federal-2')
  expect([refused.status, refused.reason]).toEqual([403, 'channel.surge'])
  await admin.end(id)
  await until('a wide list', async () => (await channels()).length === wide.length)
  const audit = await admin.get<{ items: { actor: string; action: string; after: unknown }[] }>(
    '/audit?subject=lean',
  )
  expect(audit.items.map(({ actor, action }) => `${actor} ${action}`)).toEqual([
    'surge surge.off',
    'surge surge.on',
  ])
  expect(audit.items[1]?.after).toMatchObject({ sessions: 5 })
}, 120_000)
