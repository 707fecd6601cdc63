import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  service = await startService({ config: worldConfig({ clocks: { idle_sec: 5 } }) })
  admin = adminOf(service)
}, 300_000)
afterAll(() => service?.stop())

let silent = 0
/** Repeats `work` until a live session that began before it has ended by its idle clock. */
async function whileLiveFallsSilent(work: () => Promise<void>): Promise<void> {
  silent += 1
  const { id, token } = await admin.account(1)
  const live = viewer(service.edge, { token, address: `203.0.113.${160 + silent}` })
  expect((await (await live.play('federal-4')).poll()).status).toBe(200)
  const from = Date.now()
  while ((await admin.sessions(id)).length > 0) {
    expect(Date.now() - from, 'ms of silence').toBeLessThan(30_000)
    await work()
  }
}

test.concurrent('an ended session and a silent one free their slots', async () => {
  const { id, token } = await admin.account(1)
  const one = viewer(service.edge, { token, address: '198.51.100.81', agent: 'A/1' })
  const two = viewer(service.edge, { token, address: '198.51.100.82', agent: 'B/1' })
  await (await one.play('federal-1')).poll()
  expect((await two.open('federal-2')).status).toBe(403)
  const [session] = await admin.sessions(id)
  await admin.send('DELETE', `/sessions/${session?.id}`)
  const next = await two.play('federal-3')
  expect((await next.poll()).status).toBe(200)
  // From here on nobody asks for anything: the slot is free after the idle clock.
  expect((await one.open('federal-4')).status).toBe(403)
  await until(
    'the silent session’s end',
    async () => (await admin.sessions(id)).length === 0,
    30_000,
  )
  expect((await one.open('federal-2')).status).toBe(302)
}, 60_000)

test.concurrent('an opening that is never played frees its slot after the reserve clock', async () => {
  const { id, token } = await admin.account(1)
  await viewer(service.edge, { token, address: '198.51.100.91' }).play('federal-1')
  const two = viewer(service.edge, { token, address: '198.51.100.92' })
  const ticket = await two.ticket()
  expect((await two.open('federal-2', ticket)).status).toBe(403)
  await until('the free slot', async () => (await admin.sessions(id)).length === 0)
  const opened = await two.open('federal-3', ticket)
  expect([opened.status, opened.reason]).toEqual([302, null])
}, 60_000)

test.concurrent('a client that fetches only segments is counted, and cut when banned', async () => {
  const { id, token } = await admin.account(1)
  const who = viewer(service.edge, { token, address: '198.51.100.150' })
  const { pass, poll, get } = await who.play('federal-1')
  const first = await poll()
  expect(first.status).toBe(200)
  const list = await get('index.m3u8')
  const number = Number(/^(\d+)\.ts$/m.exec(list.text)?.[1])
  const from = Date.now()
  const later = () => number + Math.floor((Date.now() - from) / 2000)
  await whileLiveFallsSilent(async () => {
    expect((await get(`${later() - 2}.ts`)).status).toBe(200)
    await pause(300)
  })
  const [session] = await admin.sessions(id)
  expect(session?.state).toBe('playing')
  expect(session?.bytes).toBeGreaterThan(100_000)
  const other = await viewer(service.edge, { token, address: '198.51.100.151' }).open('federal-2')
  expect(other.status).toBe(403)
  await admin.send('DELETE', `/sessions/${session?.id}`)
  await until('the cut', async () => (await get(`${later() - 1}.ts`)).status === 410)
  expect(pass.length).toBeGreaterThan(60)
}, 60_000)

test.concurrent('an archive keeps its slot between rare requests', async () => {
  const { id, token } = await admin.account(1)
  const who = { token, address: '192.168.44.1' }
  const film = await viewer(service.edge, who).play('film-3')
  const list = await film.get('index.m3u8')
  const files = list.text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(files.length).toBeGreaterThan(50)
  // Longer than the live clock (5 s), shorter than the archive's (18 s), as a player with a full buffer does.
  for (const file of files.slice(0, 2)) {
    expect((await film.get(file)).status).toBe(200)
    await whileLiveFallsSilent(() => pause(100))
  }
  const [session] = await admin.sessions(id)
  expect(session).toMatchObject({ name: 'film-3', state: 'playing' })
  const other = await viewer(service.edge, { token, address: '192.168.44.2' }).open('film-1')
  expect(other.status).toBe(403)
  expect((await film.get(files.at(-1) ?? '')).status).toBe(200)
}, 90_000)
