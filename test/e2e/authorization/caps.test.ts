import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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

beforeAll(async () => {
  const names = ['user', 'unique', 'own', 'away']
  middleware = await startMiddleware([...names, 'user-2', 'ruled', 'free'])
  service = await startAuthService(middleware, {
    groups: [{ name: 'everyone', default: true, limitation: 'hard' }],
    channels: [...names, 'ruled'].map((name) => ({ match: `^${name}(-2)?$`, auth: name })),
    auth_backends: [
      { name: 'ruled', allow: { token: ['friend'] }, allow_default: true },
      ...names.map((name) => ({ name, backends: [{ url: middleware.at(name) }] })),
    ],
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

test('rules that changed hold for what runs, at its next request and with their reason', async () => {
  const play = async (channel: string, who: { address: string; token: string }) =>
    playOn(service.edge, await knock(service.edge, channel, who), who)
  const { token } = await admin.account(5)
  const friend = await play('ruled', { address: '203.0.113.51', token: 'friend' })
  const other = await play('ruled', { address: '203.0.113.52', token: 'other' })
  const denied = await play('ruled', { address: '203.0.113.53', token: 'third' })
  const free = await play('free', { address: '203.0.113.53', token })
  const stays = await play('free', { address: '203.0.113.54', token })
  for (const it of [friend, other, denied, free, stays]) expect((await it.list()).status).toBe(200)
  const file = join(service.state, '../gatehouse.yaml')
  const config: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'))
  const rules = { allow: { token: ['friend'] }, deny: { token: ['other'], ip: ['203.0.113.53'] } }
  const [, ...others] = config['auth_backends'] as object[]
  const auth_backends = [{ name: 'ruled', ...rules, allow_default: true }, ...others]
  writeFileSync(file, JSON.stringify({ ...config, auth: 'ruled', auth_backends }))
  await admin.send('POST', '/config/reload')
  for (const [it, reason] of [
    [other, 'rule.deny_token'],
    [denied, 'rule.deny_ip'],
    [free, 'rule.deny_ip'],
  ] as const) {
    await until(`the end by ${reason}`, async () => (await it.list()).status === 403)
    expect((await it.segment()).reason).toBe(reason)
  }
  for (const it of [friend, stays]) expect((await it.list()).status).toBe(200)
  // And asked again at once, rules are held against by the same question.
  expect(await admin.send('POST', '/sessions/reauth?name=ruled')).toEqual({ asked: 1 })
  expect((await friend.list()).status).toBe(200)
})
