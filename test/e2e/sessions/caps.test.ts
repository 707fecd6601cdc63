import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import type { Reply } from '../world/ask.ts'
import { newestSegment, viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  // Silence ends no session here: what a test checks may take a while on a busy machine.
  service = await startService({
    config: worldConfig({ clocks: { idle_sec: 30, reserve_sec: 60 } }),
  })
  admin = adminOf(service)
}, 300_000)
afterAll(() => service?.stop())

const countOf = (replies: readonly Reply[], status: number) =>
  replies.filter((it) => it.status === status).length

describe('the cap of an account is exact', () => {
  test('200 openings at once, cap 2: two, in every of five rounds', async () => {
    const { id, token } = await admin.account(2)
    for (let round = 1; round <= 5; round++) {
      const ticket = await viewer(service.edge, { token }).ticket()
      const replies = await Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          viewer(service.edge, {
            address: `198.51.${round}.${n + 1}`,
            agent: `Player${n}/1`,
          }).open(`federal-${(n % 4) + 1}`, ticket),
        ),
      )
      expect(countOf(replies, 302)).toBe(2)
      expect(countOf(replies, 403)).toBe(198)
      const reasons = new Set(replies.filter((it) => it.status === 403).map((it) => it.reason))
      expect([...reasons]).toEqual(['cap.streams'])
      expect(await admin.sessions(id)).toHaveLength(2)
      await admin.end(id)
    }
  })

  test('a cap changed at run time holds for the next openings', async () => {
    const { id, token } = await admin.account(1)
    const first = viewer(service.edge, { token, address: '198.51.100.61' })
    const second = viewer(service.edge, { token, address: '198.51.100.62' })
    await (await first.play('federal-1')).poll()
    expect((await second.open('federal-2')).status).toBe(403)
    await admin.send('PATCH', `/accounts/${id}`, { maxSessions: 2 })
    expect((await second.open('federal-3')).status).toBe(302)
  })
})

test('over the cap: refused, the device banned on the channel, and logged', async () => {
  const { id, token } = await admin.account(1)
  const first = await viewer(service.edge, { token, address: '198.51.100.71' }).play('federal-1')
  expect((await first.poll()).status).toBe(200)
  const late = viewer(service.edge, { token, address: '198.51.100.72' })
  const ticket = await late.ticket()
  const refused = await late.open('federal-2', ticket)
  expect([refused.status, refused.reason]).toEqual([403, 'cap.streams'])
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  const [ban] = await admin.bans(id)
  expect(ban).toMatchObject({ kind: 'device', reason: 'cap.streams' })
  expect(ban?.subject).toMatch(/^own:\S+\|federal-2\|/)
  const again = await late.open('federal-2', ticket)
  expect(again.status).toBe(403)

  const logged = () =>
    (service.logs()['control.log'] ?? '')
      .split('\n')
      .filter((it) => it.includes('"banned"') && it.includes('198.51.100.72'))
  await until('the line', () => logged().length > 0)
  const line = logged()
  expect(line).toHaveLength(1)
  const entry = JSON.parse(line[0] ?? '{}') as Record<string, string>
  expect(entry).toMatchObject({ stream: 'federal-2', reason: 'cap.streams' })
  expect(entry['session']).toMatch(/^[\w-]{22}$/)
  expect(entry['account']).toMatch(/^own:/)
  expect(entry['token']?.length).toBeGreaterThan(3)
  expect(line[0]).not.toContain(ticket)
  expect(line[0]).not.toContain(token)
  expect((await first.poll()).status).toBe(200)
})

test('HEAD and playlist downloads reserve nothing', async () => {
  const { id, token } = await admin.account(1)
  const who = viewer(service.edge, { token })
  const ticket = await who.ticket()
  for (let round = 0; round < 5; round++) {
    await who.playlist()
    await who.get(`/live/${ticket}/federal-1/index.m3u8`, { method: 'HEAD' })
  }
  expect(await admin.sessions(id)).toEqual([])
})

test('viewers without an account are capped by their network', async () => {
  const network = { address: '203.0.113.50' }
  const openings = await Promise.all(
    [1, 2, 3, 4].map((n) =>
      viewer(service.edge, { ...network, agent: `Box${n}/1` }).open(`federal-${n}`),
    ),
  )
  expect(countOf(openings, 302)).toBe(2)
  const neighbour = await viewer(service.edge, { address: '203.0.113.51' }).open('federal-1')
  expect(neighbour.status).toBe(302)
  // One IPv6 household is its /64.
  const six = await Promise.all(
    ['a', 'b', 'c'].map((n) =>
      viewer(service.edge, { address: `2001:db8:0:7::${n}`, agent: `Six${n}/1` }).open('federal-2'),
    ),
  )
  expect(countOf(six, 302)).toBe(2)
  const other = await viewer(service.edge, { address: '2001:db8:0:8::a' }).open('federal-2')
  expect(other.status).toBe(302)
})

describe('one pass in many hands', () => {
  const ROUNDS = 13

  /** The newest segment as the origin has it: asking there is no viewer's request. */
  const newestOf = async (channel: string) =>
    newestSegment(await (await fetch(`${service.origin}/${channel}/index.m3u8`)).text())

  /** Plays by one pass from many viewers for a while; who got a segment in the last rounds. */
  async function share(addresses: readonly string[], pass: string, channel: string) {
    const served = new Map<number, number>()
    const clients = addresses.map((address, n) =>
      viewer(service.edge, { address, agent: `C${n}/1` }),
    )
    for (let round = 0; round < ROUNDS; round++) {
      const replies = await Promise.all(
        clients.map((client) => client.get(`/s/${pass}/${channel}/index.m3u8`)),
      )
      const segments = await Promise.all(
        replies.map(async (list, n) =>
          list.status === 200
            ? await clients[n]?.get(`/s/${pass}/${channel}/${newestSegment(list.text)}`)
            : null,
        ),
      )
      segments.forEach((segment, n) => {
        if (segment?.status === 200) served.set(n, round)
      })
      await pause(300)
    }
    return [...served].filter(([, round]) => round >= ROUNDS - 3).map(([n]) => n)
  }

  test('20 clients at 20 addresses, account of 2: at most 2 play', async () => {
    const { id, token } = await admin.account(2)
    const addresses = Array.from({ length: 20 }, (_, n) => `198.51.100.${100 + n}`)
    const owner = viewer(service.edge, { token, address: addresses[0] ?? '' })
    const { pass } = await owner.play('federal-1')
    const players = await share(addresses, pass, 'federal-1')
    expect(players.length).toBeLessThanOrEqual(2)
    expect(players).toContain(0)
    expect((await admin.sessions(id)).length).toBeLessThanOrEqual(2)
  }, 60_000)

  test('20 clients behind one address give themselves away: none plays on', async () => {
    const { token } = await admin.account(2)
    const address = '198.51.100.130'
    const { pass } = await viewer(service.edge, { token, address }).play('federal-1')
    const clients = Array.from({ length: 20 }, (_, n) =>
      viewer(service.edge, { address, agent: `C${n}/1` }),
    )
    // Each fetches what a player would: the list and its newest segment, once per segment. A ban takes 30 to 40 s: four periods of 10 s, and 60
    // requests too many within half a minute, which may begin anew just before the fourth period does.
    let last: Reply | undefined
    for (let round = 0; round < 35 && last?.status !== 403; round++) {
      const newest = await newestOf('federal-1')
      const lists = await Promise.all(
        clients.map((client) => client.get(`/s/${pass}/federal-1/index.m3u8`)),
      )
      last = lists.at(-1)
      await Promise.all(
        clients.map(async (client, n) => {
          const segment = newestSegment(lists[n]?.text ?? '')
          if (lists[n]?.status === 200) await client.get(`/s/${pass}/federal-1/${segment}`)
        }),
      )
      await until('a new segment', async () => (await newestOf('federal-1')) !== newest)
    }
    expect([last?.status, last?.reason]).toEqual([403, 'ban.session'])
  }, 120_000)
})

test('a phone that changes network keeps its session after 10 s of silence', async () => {
  const { id, token } = await admin.account(1)
  const who = { token, address: '198.51.100.140', agent: 'Phone/1' }
  const phone = await viewer(service.edge, who).play('federal-1')
  expect((await phone.poll()).status).toBe(200)
  const mobile = { ...who, address: '203.0.113.140' }
  const early = await phone.poll(mobile)
  expect(early.status).toBe(403)
  const silentFrom = Date.now()
  await until('the take-over', async () => (await phone.poll(mobile)).status === 200, 25_000)
  expect(Date.now() - silentFrom).toBeGreaterThan(9_000)
  const sessions = await admin.sessions(id)
  expect(sessions).toHaveLength(1)
}, 60_000)
