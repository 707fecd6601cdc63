import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAstra } from '../../support/other-servers/astra.ts'
import { startMediaMtx } from '../../support/other-servers/mediamtx.ts'
import { startOven } from '../../support/other-servers/ovenmediaengine.ts'
import { startSrs } from '../../support/other-servers/srs.ts'
import type { Playback, StandIn } from '../../support/other-servers/stand-in.ts'
import { freePort, until } from '../../support/programs/port.ts'
import type { TestService } from '../../support/programs/service.ts'
import { tempDir } from '../../support/temp-dir.ts'
import { type Middleware, startAuthService, startMiddleware } from '../world/auth-world.ts'
import { controlPid, kill9 } from '../world/processes.ts'
import { adminOf } from '../world/world.ts'

const KINDS = ['mediamtx', 'srs', 'ovenmediaengine', 'astra'] as const
const KICKING = ['mediamtx', 'srs'] as const

let middleware: Middleware
let service: TestService
let admin: ReturnType<typeof adminOf>
let folder: Awaited<ReturnType<typeof tempDir>>
let hook: string
const servers = new Map<string, StandIn>()
const serverOf = (kind: string): StandIn => {
  const server = servers.get(kind)
  if (server === undefined) throw new Error(`no ${kind}`)
  return server
}

beforeAll(async () => {
  middleware = await startMiddleware(['news', 'films', 'shut'])
  folder = await tempDir()
  const secret = (name: string) => {
    const file = join(folder.path, name)
    writeFileSync(file, `${name}-secret\n`)
    return { file, text: `${name}-secret` }
  }
  hook = `http://127.0.0.1:${await freePort()}`
  const all = [
    await startMediaMtx(hook, secret('mediamtx')),
    await startSrs(hook),
    startOven(hook, secret('oven')),
    startAstra(hook),
  ]
  for (const server of all) servers.set(server.kind, server)
  service = await startAuthService(middleware, {
    hooks: { listen: new URL(hook).host, servers: all.map(({ settings }) => settings) },
    groups: [{ name: 'everyone', default: true, limitation: 'hard' }],
    channels: [{ match: '^shut$', auth: 'nobody' }],
    auth_backends: [{ name: 'nobody', deny: { ip: ['0.0.0.0/0'] } }],
    clocks: { deny_sec: 2, ban_sec: 3, idle_sec: 5, reserve_sec: 5 },
  })
  admin = adminOf(service)
}, 300_000)

afterAll(async () => {
  await service?.stop()
  for (const server of servers.values()) await server.close()
  await middleware?.close()
  await folder?.remove()
})

let last = 0
const address = (): string => `198.51.100.${(last += 1)}`

const numberOf = async (id: string): Promise<number> => (await admin.sessions(id)).length

describe.each(KINDS)('%s', (kind) => {
  test('lets an account in up to its cap, refuses by rule, and names server and protocol', async () => {
    const server = serverOf(kind)
    const { id, token } = await admin.account(1)
    const first = await server.play({ token, address: address() })
    expect([first.status, first.isPlaying()]).toEqual([200, true])
    const [session] = await admin.sessions(id)
    expect(session).toMatchObject({ name: 'news', proto: server.protocols[0] })
    const second = await server.play({ token, address: address(), stream: 'films' })
    expect(second.isPlaying()).toBe(false)
    const shut = await server.play({ token, address: address(), stream: 'shut' })
    expect(shut.isPlaying()).toBe(false)
    const stranger = await server.play({ token: 'nobody', address: address() })
    expect(stranger.isPlaying()).toBe(false)
    await first.leave()
    await admin.end(id)
  })

  test.each(['', '[]', '{', '"text"', '{}', '{"action":7}', '{"request":{"status":"opening"}}'])(
    'answers %j with a clear 4xx',
    async (body) => {
      const told = await serverOf(kind).send(body)
      expect([400, 403, 401]).toContain(told.status)
      expect(await told.text()).toMatch(/"(detail|reason)":"[^"]{4,}/)
    },
  )
})

describe.each(KICKING)('%s', (kind) => {
  const cases = () => {
    const server = serverOf(kind)
    return server.protocols.map((protocol) => ({ server, protocol }))
  }

  test('kicks what is banned, and what an operator ends, in every protocol', async () => {
    await Promise.all(
      cases().map(async ({ server, protocol }) => {
        const { id, token } = await admin.account(2)
        const play = async (): Promise<Playback> => {
          const one = await server.play({ token, address: address(), protocol })
          expect(one.isPlaying(), protocol).toBe(true)
          return one
        }
        const [ended, banned] = [await play(), await play()]
        const sessions = await admin.sessions(id)
        expect(sessions.map(({ proto }) => proto)).toEqual([protocol, protocol])
        await admin.send('DELETE', `/sessions/${sessions[0]?.id}`)
        await until('one is kicked', () => ended.isPlaying() !== banned.isPlaying())
        await admin.send('POST', '/bans', { kind: 'account', subject: `own:${id}`, seconds: 60 })
        await until('both are kicked', () => !ended.isPlaying() && !banned.isPlaying())
        expect(await numberOf(id)).toBe(0)
      }),
    )
  }, 60_000)

  test('frees slots whose end it was not told', async () => {
    const server = serverOf(kind)
    const { id, token } = await admin.account(1)
    await server.play({ token, address: address() })
    // The list has shown it once.
    await until('it is seen', async () => (await admin.sessions(id))[0]?.state === 'playing')
    server.crash()
    await until('the slot', async () => (await numberOf(id)) === 0)
    const again = await server.play({ token, address: address() })
    expect(again.isPlaying()).toBe(true)
    await again.leave()
  }, 60_000)
})

test('plays on while an interface is away and while control restarts, under the same sessions', async () => {
  const playing = await Promise.all(
    KICKING.map(async (kind) => {
      const { id, token } = await admin.account(1)
      const server = serverOf(kind)
      const play = await server.play({ token, address: address() })
      server.away(true)
      return { id, token, server, play }
    }),
  )
  const seen = await Promise.all(playing.map(async ({ id }) => (await admin.sessions(id))[0]?.id))
  await kill9(await controlPid(service))
  for (const { server } of playing) server.away(false)
  const late = await Promise.all(
    playing.map(
      async ({ server, token }) =>
        await server.play({ token, address: address() }).catch(() => null),
    ),
  )
  expect(late.map((one) => one?.isPlaying() ?? false)).toEqual([false, false])
  const ids = async () =>
    await Promise.all(
      playing.map(async ({ id }) => (await admin.sessions(id).catch(() => []))[0]?.id),
    )
  await until('the sessions', async () => (await ids()).every((id) => id !== undefined), 30_000)
  expect(await ids()).toEqual(seen)
  expect(playing.map(({ play }) => play.isPlaying())).toEqual([true, true])
  // Ended after the restart: the list alone says where.
  for (const id of seen) await admin.send('DELETE', `/sessions/${id}`)
  await until('both are kicked', () => playing.every(({ play }) => !play.isPlaying()))
}, 60_000)

describe('OvenMediaEngine', () => {
  test('is believed by its signature alone, and ends a playback when its lifetime is over', async () => {
    const server = serverOf('ovenmediaengine')
    const { id, token } = await admin.account(1)
    const url = `${hook}/auth/ovenmediaengine/studio`
    const forged = await fetch(url, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', 'x-ome-signature': 'AAAA' },
    })
    expect(forged.status).toBe(401)
    const play = await server.play({ token, address: '198.51.100.250' })
    const [session] = await admin.sessions(id)
    expect(session).toMatchObject({ ip: '198.51.100.250' })
    await play.leave()
    expect(await numberOf(id)).toBe(0)
  })
})

test('a server nobody configured gets 404 with its name', async () => {
  const told = await fetch(`${hook}/auth/mediamtx/elsewhere`, { method: 'POST', body: '{}' })
  expect([told.status, await told.text()]).toEqual([404, expect.stringContaining('elsewhere')])
})
