import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../support/programs/port.ts'
import { startService, type TestService } from '../../support/programs/service.ts'
import { type Playing, type Viewer, viewer } from '../world/viewer.ts'
import { adminOf, worldConfig } from '../world/world.ts'

let service: TestService
let admin: ReturnType<typeof adminOf>

const MORE = `plans:
  - { name: duo, max_sessions: 2, max_networks: 1 }
`

beforeAll(async () => {
  const config = worldConfig({ more: MORE, clocks: { idle_sec: 20, reserve_sec: 60 } })
  const groups =
    'groups:\n  - { name: once, same_channel: once, limitation: hard, max_sessions: 1 }\n'
  service = await startService({ config: config.replace('groups:\n', groups) })
  admin = adminOf(service)
}, 300_000)
afterAll(() => service?.stop())

let made = 0
const household = async (fields: Readonly<Record<string, unknown>>) => {
  made += 1
  const name = `Limits ${made}`
  const { id } = await admin.send<{ id: string }>('POST', '/accounts', { name, ...fields })
  const { token } = await admin.send<{ token: string }>('POST', `/accounts/${id}/tokens`, {})
  const screen = (host: string, agent = 'VLC/3.0'): Viewer =>
    viewer(service.edge, { token, agent, address: host })
  return { id, screen }
}

const play = async (screen: Viewer, channel: string): Promise<Playing> => {
  const playing = await screen.play(channel)
  expect((await playing.poll()).status).toBe(200)
  return playing
}

const wordOf = async (screen: Viewer, channel: string): Promise<string> => {
  const { status, reason } = await screen.open(channel)
  return status === 302 ? 'in' : `${status} ${reason}`
}

describe('two caps', () => {
  test('streams and networks are counted apart', async () => {
    const { screen } = await household({ maxSessions: 3, maxNetworks: 1 })
    await play(screen('198.51.100.1', 'VLC/3.0'), 'federal-1')
    await play(screen('198.51.100.1', 'Kodi/20'), 'federal-2')
    expect(await wordOf(screen('198.51.100.2'), 'federal-3')).toBe('403 cap.networks')
    await play(screen('198.51.100.1', 'okhttp/4'), 'federal-3')
    expect(await wordOf(screen('198.51.100.1', 'mpv/1'), 'federal-4')).toBe('403 cap.streams')
  })

  test('a home on IPv4 and IPv6 whose one player alternates is one network', async () => {
    const { id, screen } = await household({ maxSessions: 1, maxNetworks: 1 })
    const playing = await play(screen('198.51.100.10'), 'federal-1')
    const six = { address: '2001:db8:1:2::77', agent: 'VLC/3.0' }
    for (let n = 0; n < 6; n += 1) {
      expect((await playing.poll(six)).status).toBe(200)
      expect((await playing.poll()).status).toBe(200)
    }
    expect((await admin.sessions(id)).length).toBeLessThanOrEqual(2)
    const stranger = { address: '203.0.113.10', agent: 'VLC/3.0' }
    expect((await playing.poll(stranger)).reason).toBe('session.cloned')
    const six2 = { address: '2001:db8:9:9::77', agent: 'VLC/3.0' }
    expect((await playing.poll(six2)).status).toBe(403)
    expect(await wordOf(screen('2001:db8:1:2::99', 'Kodi/20'), 'federal-2')).toBe('403 cap.streams')
  })

  test('same_channel: once counts several screens of one channel as one stream', async () => {
    const { screen } = await household({ group: 'once' })
    await play(screen('198.51.100.21'), 'federal-1')
    await play(screen('198.51.100.22'), 'federal-1')
    await play(screen('198.51.100.21', 'Kodi/20'), 'federal-1')
    expect(await wordOf(screen('198.51.100.21', 'mpv/1'), 'federal-2')).toBe('403 cap.streams')
  })
})

test('the account says it, else its plan, else its group; a change holds at once', async () => {
  const { id, screen } = await household({})
  const change = (fields: object) => admin.send('PATCH', `/accounts/${id}`, fields)
  const agents = ['VLC/3.0', 'Kodi/20', 'okhttp/4', 'mpv/1', 'Lavf/60', 'curl/8', 'TiviMate/5']
  /** How many screens of one home get in when all of them try. */
  const room = async (): Promise<number> => {
    await admin.end(id)
    const words = []
    for (const [n, agent] of agents.entries()) {
      const host = `198.51.${100 + Math.floor(made)}.${30 + n}`
      words.push(await wordOf(screen(host, agent), `federal-${(n % 4) + 1}`))
    }
    made += 1
    return words.filter((word) => word === 'in').length
  }
  expect(await room()).toBe(2)
  await change({ plan: 'duo' })
  expect(await room()).toBe(1)
  await change({ maxNetworks: 5 })
  expect(await room()).toBe(2)
  await change({ maxSessions: 4 })
  expect(await room()).toBe(4)
  await change({ maxSessions: null, maxNetworks: null })
  expect(await admin.get(`/accounts/${id}`)).toMatchObject({ maxSessions: null, plan: 'duo' })
  expect(await room()).toBe(1)
  await change({ plan: null })
  expect(await room()).toBe(2)
})

test('a field nobody knows is refused, not dropped', async () => {
  await expect(household({ max_sessions: 3 })).rejects.toThrow('400')
})

test('a reservation is taken over at once by its device’s next opening, by nobody else', async () => {
  const { id, screen } = await household({ maxSessions: 1 })
  const own = screen('198.51.100.61')
  await own.play('federal-1')
  expect(await admin.sessions(id)).toMatchObject([{ name: 'federal-1', state: 'reserved' }])
  expect(await wordOf(screen('198.51.100.62', 'Kodi/20'), 'federal-2')).toBe('403 cap.streams')
  const second = await own.play('federal-3')
  expect((await second.poll()).status).toBe(200)
  const isPlaying = async () => (await admin.sessions(id))[0]?.state === 'playing'
  await until('the report', isPlaying)
  expect(await admin.sessions(id)).toHaveLength(1)
  // What plays is nobody's to take over under a hard cap.
  expect(await wordOf(own, 'federal-4')).toBe('403 cap.streams')
})
