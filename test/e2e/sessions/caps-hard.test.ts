import { afterAll, beforeAll, expect, test } from 'vitest'
import { pause } from '../../support/pause.ts'
import { until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'
import {
  answering,
  knock,
  type Middleware,
  playOn,
  startAuthService,
  startMiddleware,
  wordOf,
} from '../world/auth-world.ts'
import { adminOf } from '../world/world.ts'

let middleware: Middleware
let service: TestService
let admin: ReturnType<typeof adminOf>

const CHANNELS = ['one', 'two', 'three', 'four']
const HOUR_MS = 3_600_000

beforeAll(async () => {
  middleware = await startMiddleware(CHANNELS)
  service = await startAuthService(middleware, {
    groups: [{ name: 'everyone', default: true, limitation: 'hard' }],
    clocks: { deny_sec: 2, ban_sec: 3, idle_sec: 20 },
    auth: 'billing',
    auth_backends: [{ name: 'billing', backends: [{ url: middleware.at('billing') }] }],
  })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await middleware?.close()
})

/** The backend tells users by their token: `u7-anything` is user 7. */
const grants = (headers: Readonly<Record<string, string>>) => {
  middleware.on('billing', (query, response) => {
    const user = (query.get('token') ?? '').split('-')[0] ?? ''
    answering(200, { 'X-UserId': user, ...headers })(query, response)
  })
}

const bansOf = async (user: string) => {
  const { items } = await admin.get<{
    items: { id: string; kind: string; subject: string; reason: string; until: number }[]
  }>('/bans')
  return items.filter(({ subject }) => subject.startsWith(`backend:billing:${user}|`))
}

const sessionsOf = async (user: string) =>
  (await admin.get<{ items: { name: string }[] }>(`/sessions?user_id=backend:billing:${user}`))
    .items

test('X-Max-Sessions 2, X-AuthDuration 3600: the third is refused and banned for an hour', async () => {
  grants({ 'X-Max-Sessions': '2', 'X-AuthDuration': '3600' })
  const who = (n: number) => ({ address: `198.51.100.${n}`, token: `u1-${n}` })
  const playing = []
  for (const [n, channel] of ['one', 'two'].entries()) {
    const opened = await knock(service.edge, channel, who(n + 1))
    expect(wordOf(opened)).toBe('in')
    playing.push(playOn(service.edge, opened, who(n + 1)))
  }
  expect((await Promise.all(playing.map((it) => it.list()))).map((it) => it.status)).toEqual([
    200, 200,
  ])
  const third = await knock(service.edge, 'three', who(3))
  expect([third.status, third.reason]).toEqual([403, 'cap.streams'])

  const [ban, ...others] = await bansOf('u1')
  expect(others).toEqual([])
  expect(ban).toMatchObject({ kind: 'device', reason: 'cap.streams' })
  expect(ban?.subject).toMatch(/^backend:billing:u1\|three\|/)
  const leftMs = (ban?.until ?? 0) - Date.now()
  expect(leftMs).toBeGreaterThan(HOUR_MS - 30_000)
  expect(leftMs).toBeLessThanOrEqual(HOUR_MS)

  // Room alone does not help: the same token may not have that stream, another may.
  await admin.send('DELETE', `/sessions/${(await liveIds('u1'))[0]}`)
  for (let n = 0; n < 5; n += 1) {
    expect(['cap.streams', 'ban.device']).toContain(await again(who(3)))
    await pause(300)
  }
  expect(await again({ ...who(3), agent: 'another player/2' })).toBe('ban.device')
  expect(wordOf(await knock(service.edge, 'four', { ...who(3), token: 'u1-other' }))).toBe('in')
  await admin.send('DELETE', `/bans/device/${encodeURIComponent(ban?.subject ?? '')}`)
  for (const id of await liveIds('u1')) await admin.send('DELETE', `/sessions/${id}`)
  await until('the pardon', async () => (await again(who(3))) === 'in')
}, 60_000)

const again = async (who: { address: string; token: string; agent?: string }) =>
  wordOf(await knock(service.edge, 'three', who))

const liveIds = async (user: string): Promise<string[]> =>
  (await admin.get<{ items: { id: string }[] }>(`/sessions?user_id=backend:billing:${user}`)).items
    .map(({ id }) => id)
    .sort()

test('X-Max-Sessions changed at run time holds from the next update on', async () => {
  const play = async (n: number, channel: string) => {
    const who = { address: `198.51.101.${n}`, token: `u2-${n}` }
    const opened = await knock(service.edge, channel, who)
    return wordOf(opened) === 'in' ? playOn(service.edge, opened, who) : wordOf(opened)
  }
  grants({ 'X-Max-Sessions': '3', 'X-AuthDuration': '2' })
  const playing: ReturnType<typeof playOn>[] = []
  for (const [n, channel] of ['one', 'two', 'three'].entries()) {
    const one = await play(n + 1, channel)
    if (typeof one === 'string') throw new Error(`not let in: ${one}`)
    playing.push(one)
    expect((await one.list()).status).toBe(200)
  }
  const statuses = async () =>
    (await Promise.all(playing.map((it) => it.list()))).map((it) => it.status)
  grants({ 'X-Max-Sessions': '2', 'X-AuthDuration': '2' })
  // The newest goes, the two before it play on.
  await until('the cut', async () => (await statuses())[2] === 403)
  expect(await statuses()).toEqual([200, 200, 403])
  expect(await sessionsOf('u2')).toHaveLength(2)
  grants({ 'X-Max-Sessions': '3', 'X-AuthDuration': '2' })
  await until('room again', async () => typeof (await play(4, 'four')) !== 'string')
}, 60_000)

test('X-Unique is a cap of one, X-Max-Sessions beside it wins', async () => {
  const open = async (user: string, n: number, channel: string) => {
    const who = { address: `198.51.102.${n}`, token: `${user}-${n}` }
    return wordOf(await knock(service.edge, channel, who))
  }
  grants({ 'X-Unique': 'true', 'X-AuthDuration': '3600' })
  expect(await open('u3', 1, 'one')).toBe('in')
  expect(await open('u3', 2, 'two')).toBe('cap.streams')
  expect(await sessionsOf('u3')).toMatchObject([{ name: 'one' }])
  grants({ 'X-Unique': 'true', 'X-Max-Sessions': '2', 'X-AuthDuration': '3600' })
  expect(await open('u5', 3, 'one')).toBe('in')
  expect(await open('u5', 4, 'two')).toBe('in')
  expect(await open('u5', 5, 'three')).toBe('cap.streams')
}, 60_000)

test('without X-Max-Sessions nobody is counted', async () => {
  grants({})
  const words = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      const who = { address: `198.51.103.${n}`, token: `u4-${n}` }
      return wordOf(await knock(service.edge, CHANNELS[n % 4] ?? '', who))
    }),
  )
  expect(new Set(words)).toEqual(new Set(['in']))
})
