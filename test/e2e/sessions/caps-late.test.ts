import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { processOf } from '../../support/programs/processes.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { redisPid } from '../world/processes.ts'
import { playing, viewer } from '../world/viewer.ts'
import { adminOf, PATIENT, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>

const ACCOUNTS = 20

beforeAll(async () => {
  service = await startService({ config: worldConfig({ clocks: PATIENT }) })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => await service?.stop())

test('openings that control reads after the edge has decided them take nobody’s place', async () => {
  const screens = await Promise.all(
    Array.from({ length: ACCOUNTS }, async (_, n) => {
      const { id, token } = await admin.account(1)
      const who = { token, address: `198.51.100.${n + 1}`, agent: `Box/1.${n}` }
      const one = viewer(service.edge, who)
      return { id, who, one, ticket: await one.ticket() }
    }),
  )
  const control = processOf(service, 'dist/server.js')
  process.kill(control, 'SIGSTOP')
  let opened: Awaited<ReturnType<(typeof screens)[number]['one']['open']>>[] = []
  try {
    // Answered by the edge alone: control cannot.
    opened = await Promise.all(
      screens.map(async ({ one, ticket }, n) => await one.open(`federal-${(n % 3) + 1}`, ticket)),
    )
  } finally {
    process.kill(control, 'SIGCONT')
  }
  expect(opened.map(({ status, reason }) => `${status} ${reason ?? ''}`)).toEqual(
    screens.map(() => '302 '),
  )
  const players = screens.map(({ who, id }, n) => {
    const reply = opened[n]
    if (reply === undefined) throw new Error('not opened')
    return { id, play: playing(service.edge, who, reply) }
  })
  const seen: string[] = []
  const isTold = async () => {
    const live = await Promise.all(
      players.map(async ({ id, play }) => {
        const { status, reason } = await play.poll()
        seen.push(`${status} ${reason ?? ''}`)
        return await admin.sessions(id)
      }),
    )
    return live.every((sessions) => sessions.length === 1 && sessions[0]?.started_at !== null)
  }
  await until('every session known to control, and no other', isTold, 30_000).catch(
    async (error: unknown) => {
      const live = await admin.get('/sessions?limit=50')
      throw new Error(`${[...new Set(seen)].join(', ')}: ${JSON.stringify(live)}`, { cause: error })
    },
  )
  expect([...new Set(seen)]).toEqual(['200 '])
  expect(await admin.bans()).toEqual([])
}, 180_000)

test('a player that gives up while Redis is slow to count it keeps nobody out', async () => {
  const { id, token } = await admin.account(1)
  const one = { token, address: '198.51.100.91', agent: 'Box/1.91' }
  const other = viewer(service.edge, { token, address: '198.51.100.92', agent: 'Telly/1.92' })
  const tickets = [await viewer(service.edge, one).ticket(), await other.ticket()]
  const redis = await redisPid(service)
  const isCounting = async () =>
    (await (await service.api('/health/ready')).text()).includes('"name":"redis","ok":true')
  const isSeen = () =>
    (service.logs()['access.log'] ?? '')
      .split('\n')
      .some((line) => line.includes('"status":499') && line.includes(one.agent))
  const givesUp = async () => {
    await until('Redis to count', isCounting, 30_000)
    process.kill(redis, 'SIGSTOP')
    try {
      const asked = fetch(`${service.edge}/live/${tickets[0]}/federal-1/index.m3u8`, {
        headers: { 'User-Agent': one.agent, 'X-Forwarded-For': one.address },
        redirect: 'manual',
        signal: AbortSignal.timeout(300),
      })
      const isGone = await asked.then(
        () => false,
        () => true,
      )
      if (isGone) await until('the edge to see that it is gone', isSeen, 30_000)
      return isGone
    } finally {
      process.kill(redis, 'SIGCONT')
    }
  }
  const untilOneDoes = async () => {
    const isGone = await givesUp()
    // Memory has answered at once, where Redis had been given up.
    if (!isGone) await admin.end(id)
    return isGone
  }
  await until('a player that gives up', untilOneDoes, 60_000)
  // Its reservation would last two minutes.
  const letIn = async () => (await other.open('federal-2', tickets[1])).status === 302
  await until('the other screen to be let in', letIn, 30_000)
  await admin.end(id)
}, 120_000)
