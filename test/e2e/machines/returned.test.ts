import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { supervisorOf } from '../../support/programs/processes.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { controlPid, kill9 } from '../world/processes.ts'
import { type Playing, playing, viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

/** Below the 20 s between two reports of a lease of 120 s; reports of one of its own length come 5 s before it ends. */
const IDLE_SEC = 15
const SCREENS = 2

let service: TestService
beforeAll(async () => {
  service = await startService({ config: worldConfig({ clocks: { idle_sec: IDLE_SEC } }) })
}, 300_000)
afterAll(async () => await service?.stop())

/** One more screen of the account. */
const screen = (n: number) => ({ address: `198.51.100.${n}`, agent: `Screen${n}/1` })

test('who came in while control was away keeps the place once it is back, however short the silence that gives it back', async () => {
  const admin = adminOf(service)
  const { id, token } = await admin.account(SCREENS)
  const ticket = await viewer(service.edge, { token }).ticket()
  const open = async (n: number) => await viewer(service.edge, screen(n)).open('federal-1', ticket)
  const supervisor = supervisorOf(service)
  const control = await controlPid(service)
  const running: Playing[] = []
  process.kill(supervisor, 'SIGSTOP')
  try {
    await kill9(control)
    for (let n = 1; n <= SCREENS; n += 1)
      running.push(playing(service.edge, screen(n), await open(n)))
  } finally {
    process.kill(supervisor, 'SIGCONT')
  }
  for (const one of running) expect((await one.poll()).status).toBe(200)
  /** Lists alone: who asks for one segment ever again is taken for several players. */
  const poll = async () =>
    await Promise.all(
      running.map(async (one) => {
        const { status, reason } = await one.get('index.m3u8')
        return reason ?? status
      }),
    )
  const live = async () => {
    await poll()
    return (await admin.sessions(id).catch(() => [])).length
  }
  await until('both sessions at control', async () => (await live()) === SCREENS, 60_000)
  const end = Date.now() + 2 * IDLE_SEC * 1000
  for (let round = 0; Date.now() < end; round += 1) {
    expect([round, ...(await poll())]).toEqual([round, ...running.map(() => 200)])
    const { status, reason } = await open(10 + (round % 200))
    expect([round, status, reason]).toEqual([round, 403, 'cap.streams'])
    await pause(300)
  }
}, 180_000)
