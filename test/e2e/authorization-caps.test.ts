import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestService } from '../support/service.ts'
import {
  answering,
  knock,
  type Middleware,
  startAuthService,
  startMiddleware,
  wordOf,
} from './auth-world.ts'
import { adminOf } from './world.ts'

let middleware: Middleware
let service: TestService
let admin: ReturnType<typeof adminOf>

beforeAll(async () => {
  const names = ['user', 'unique', 'own', 'away']
  middleware = await startMiddleware([...names, 'user-2'])
  service = await startAuthService(middleware, {
    groups: [{ name: 'everyone', default: true, limitation: 'hard' }],
    channels: names.map((name) => ({ match: `^${name}(-2)?$`, auth: name })),
    auth_backends: names.map((name) => ({ name, backends: [{ url: middleware.at(name) }] })),
  })
  admin = adminOf(service)
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await middleware?.close()
})

/** Node writes header bytes as Latin-1. */
const USER = Buffer.from('Ünal 7').toString('latin1')

describe('what backends say', () => {
  test('X-UserId and X-Max-Sessions cap one user over channels, tokens and addresses', async () => {
    middleware.on('user', answering(200, { 'X-UserId': USER, 'X-Max-Sessions': '2' }))
    const opened = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        knock(service.edge, n % 2 === 0 ? 'user' : 'user-2', {
          address: `203.0.113.${20 + n}`,
          token: `u${n}`,
          agent: `Box${n}/1`,
        }),
      ),
    )
    expect(opened.map(wordOf).sort()).toEqual(['cap.streams', 'cap.streams', 'in', 'in'])
    const users = (await admin.sessions()).map((it) => it.user_id)
    expect(users.filter((it) => it === 'backend:user:Ünal 7')).toHaveLength(2)
  })

  test('X-Unique is one session; X-Max-Sessions beside it wins', async () => {
    middleware.on(
      'unique',
      answering(200, { 'X-UserId': 'a', 'X-Unique': 'true', 'X-Max-Sessions': '2' }),
    )
    const at = (n: number) => ({ address: `203.0.113.${30 + n}`, token: `q${n}`, agent: `Q${n}` })
    const words = []
    for (const n of [1, 2, 3]) words.push(wordOf(await knock(service.edge, 'unique', at(n))))
    expect(words.slice(0, 2)).toEqual(['in', 'in'])
    middleware.on('unique', answering(200, { 'X-UserId': 'b', 'X-Unique': 'true' }))
    await knock(service.edge, 'unique', at(4))
    await knock(service.edge, 'unique', at(5))
    const live = (await admin.sessions()).filter((it) => it.user_id === 'backend:unique:b')
    expect(live).toHaveLength(1)
  })

  test('a user id that looks like an account of ours is none', async () => {
    const { id } = await admin.account(1)
    middleware.on('own', answering(200, { 'X-UserId': `own:${id}` }))
    expect(wordOf(await knock(service.edge, 'own', { address: '203.0.113.41', token: 'o' }))).toBe(
      'in',
    )
    expect(await admin.sessions(id)).toEqual([])
  })

  test('a redirection is followed without a session here, asked once', async () => {
    const there = 'http://cdn.example.net/away/index.m3u8?t=1'
    middleware.on('away', answering(302, { Location: there }))
    const who = { address: '203.0.113.42', token: 'r' }
    expect(wordOf(await knock(service.edge, 'away', who))).toBe(there)
    expect(wordOf(await knock(service.edge, 'away', who))).toBe(there)
    expect(middleware.asked('away')).toHaveLength(1)
    expect((await admin.sessions()).filter((it) => it.name === 'away')).toEqual([])
  })
})
