import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveTool } from '../../../control/runtime/resolve.ts'
import { documentedRtmp } from '../../support/nginx/documented-rtmp.ts'
import { guardedMedia } from '../../support/nginx/guarded-media.ts'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'
import type { Child } from '../../support/programs/child.ts'
import { freePort, until } from '../../support/programs/port.ts'
import { playRtmp, publishTestCard } from '../../support/programs/rtmp.ts'
import type { TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import {
  answering,
  knock,
  type Middleware,
  playOn,
  startAuthService,
  startMiddleware,
  wordOf,
} from '../world/auth-world.ts'
import { controlPid, kill9 } from '../world/processes.ts'
import { adminOf } from '../world/world.ts'

let middleware: Middleware
let service: TestService
let admin: ReturnType<typeof adminOf>
let hooks: string
let nginx: TestNginx
let rtmp: string
const players: Child[] = []

const startOthers = async () => {
  const tool = await resolveTool('nginx')
  const port = await freePort()
  rtmp = `rtmp://127.0.0.1:${port}/live/news`
  const places = { module: tool.modules?.rtmp ?? '', hooks: new URL(hooks).host, port }
  const conf = documentedRtmp(places, guardedMedia(hooks))
  nginx = await startNginx({ wrap: false, conf, ports: 2 })
}

beforeAll(async () => {
  middleware = await startMiddleware(['news', 'films', 'asked'])
  hooks = `http://127.0.0.1:${await freePort()}`
  service = await startAuthService(middleware, {
    hooks: { listen: new URL(hooks).host },
    groups: [{ name: 'everyone', default: true, limitation: 'hard' }],
    clocks: { deny_sec: 2, ban_sec: 3 },
    channels: [{ match: '^asked$', auth: 'asked' }],
    auth_backends: [{ name: 'asked', backends: [{ url: middleware.at('asked') }] }],
  })
  admin = adminOf(service)
  await startOthers()
}, 300_000)
afterAll(async () => {
  for (const player of players) await player.stop('SIGKILL')
  await nginx?.stop()
  await service?.stop()
  await middleware?.close()
})

const flussonic = async (fields: Record<string, string>) => {
  const query = new URLSearchParams({
    proto: 'hls',
    request_type: 'new_session',
    request_number: '0',
    stream_clients: '0',
    total_clients: '0',
    ...fields,
  })
  const reply = await ask(hooks, `/auth/flussonic/front?${query.toString()}`)
  return { ...reply, word: reply.status === 200 ? 'in' : (reply.reason ?? String(reply.status)) }
}

describe('Flussonic asks', () => {
  test('our accounts are capped together with those who play at our edge', async () => {
    const { id, token } = await admin.account(2)
    const at = (n: number) => ({
      name: 'news',
      ip: `198.51.100.${n}`,
      session_id: `f-${id}-${n}`,
      token,
    })
    expect(await flussonic(at(1))).toMatchObject({ status: 200, word: 'in' })
    const who = { address: '198.51.100.2', token }
    const edge = playOn(service.edge, await knock(service.edge, 'films', who), who)
    expect((await edge.list()).status).toBe(200)
    expect((await flussonic(at(3))).word).toBe('cap.streams')
    expect(wordOf(await knock(service.edge, 'news', { address: '198.51.100.4', token }))).toBe(
      'cap.streams',
    )
    const sessions = await admin.sessions(id)
    expect(sessions.map((it) => it.name).sort()).toEqual(['films', 'news'])

    const updated = (number: number, bytes: number) =>
      flussonic({
        ...at(1),
        token: 'spent',
        request_type: 'update_session',
        request_number: String(number),
        bytes: String(bytes),
        duration: String(number * 10),
      })
    await updated(1, 5000)
    const told = await updated(2, 9000)
    expect([told.word, Number(told.headers['x-authduration']) > 0]).toEqual(['in', true])
    const hooked = (await admin.sessions(id)).find((it) => it.name === 'news')
    expect(hooked?.bytes, 'Flussonic tells all bytes so far each time').toBe(9000)
    await admin.send('DELETE', `/sessions/${hooked?.id}`)
    const ended = await flussonic({ ...at(1), request_type: 'update_session', request_number: '2' })
    expect(ended.status).toBe(403)
  }, 60_000)

  test('our backends are asked in turn; a redirection is passed on', async () => {
    middleware.on('asked', answering(200, { 'X-UserId': 'z', 'X-Max-Sessions': '1' }))
    const at = (n: number) => ({
      name: 'asked',
      ip: '198.51.100.20',
      session_id: `a-${n}`,
      token: `t${n}`,
      user_agent: `B${n}`,
    })
    expect((await flussonic(at(1))).word).toBe('in')
    expect((await flussonic(at(2))).word).toBe('cap.streams')
    expect(middleware.asked('asked')[0]?.query.get('ip')).toBe('198.51.100.20')
    middleware.on('asked', answering(302, { Location: 'http://far.example.net/x' }))
    expect((await flussonic(at(3))).location).toBe('http://far.example.net/x')
    middleware.on('asked', answering(403))
    expect((await flussonic(at(4))).word).toBe('backend.deny')
  })

  test.each([
    { name: '../etc', ip: '198.51.100.30', session_id: 'x' },
    { name: 'news', ip: 'nobody', session_id: 'x' },
    { name: 'news', ip: '198.51.100.30', session_id: '' },
    { name: 'news', ip: '198.51.100.30', session_id: 'x', token: 't'.repeat(2049) },
    { name: 'news', ip: '198.51.100.30', session_id: 'x', token: 'a\0b' },
    { name: 'news\r\nX: y', ip: '198.51.100.30', session_id: 'x' },
  ])('bad input %# is refused', async (fields) => {
    expect((await flussonic(fields)).status).toBe(400)
  })
})

test('auth_request of another nginx: the account’s streams, by channel', async () => {
  const { id, token } = await admin.account(1)
  const get = async (path: string, agent: string) => {
    const told = await fetch(`${nginx.url}${path}`, { headers: { 'User-Agent': agent } })
    return [told.status, told.headers.get('x-reason') ?? '']
  }
  expect(await get(`/news/index.m3u8?token=${token}`, 'A/1')).toEqual([200, ''])
  expect(await get(`/news/seg-1.ts?token=${token}`, 'A/1')).toEqual([200, ''])
  expect(await get(`/films/index.m3u8?token=${token}`, 'B/1')).toEqual([403, 'cap.streams'])
  expect(await get('/news/index.m3u8?token=nobody', 'C/1')).toEqual([403, 'token.unknown'])
  expect(await get('/news/index.m3u8', 'C/1')).toEqual([403, 'token.missing'])
  expect(await get(`/none/index.m3u8?token=${token}`, 'A/1')).toEqual([403, 'channel.unknown'])
  expect(await admin.sessions(id)).toHaveLength(1)
})

test('streams that look the same: the one whose place was taken is ended at its next update and does not take it back', async () => {
  const { id, token } = await admin.account(1)
  await admin.send('PATCH', `/accounts/${id}`, { limitation: 'replace' })
  const call = async (name: string, clientid: number) => {
    const body = { call: name, clientid: String(clientid), app: 'live', name: 'news', token }
    const form = new URLSearchParams({ ...body, addr: '198.51.100.70', flashver: 'LNX' })
    const told = await fetch(`${hooks}/auth/rtmp/replaced`, { method: 'POST', body: form })
    return told.headers.get('x-gatehouse-reason') ?? String(told.status)
  }
  expect([await call('play', 1), await call('update_play', 1)]).toEqual(['204', '204'])
  expect([await call('play', 2), await call('update_play', 2)]).toEqual(['204', '204'])
  const taken = Date.now()
  expect(await call('update_play', 1)).toBe('session.superseded')
  // Later than a last request that was under way may come.
  await until('a rival', () => Date.now() - taken > 3_500)
  expect(await call('update_play', 1)).toBe('session.superseded')
  expect(await call('update_play', 2)).toBe('204')
  expect(await call('play', 3)).toBe('cap.streams')
  expect(await call('update_play', 2)).toBe('204')
  expect(await admin.sessions(id)).toHaveLength(1)
  await call('play_done', 2)
  await until('its end', async () => (await admin.sessions(id)).length === 0)
  // Nobody has told of this one: it plays, and there is room.
  expect(await call('update_play', 4)).toBe('204')
  expect(await call('update_play', 5)).toBe('cap.streams')
}, 60_000)

test('nginx-rtmp: the third of two is refused, a banned one is dropped, and history hears of it', async () => {
  const { argv } = await resolveTool('ffmpeg')
  players.push(publishTestCard(argv, rtmp))
  const { id, token } = await admin.account(2)
  const play = () => {
    const player = playRtmp(argv, `${rtmp}?token=${token}`)
    players.push(player)
    return player
  }
  const isPlaying = (player: Child) => /frame= *[1-9]/.test(player.output())
  const first = play()
  await until('the first stream', () => isPlaying(first), 20_000)
  const [session] = await admin.sessions(id)
  expect(session).toMatchObject({ proto: 'rtmp', name: 'news' })
  const second = play()
  await until('the second stream', () => isPlaying(second), 20_000)
  const third = play()
  await until('the end of the third', () => third.exitCode() !== null, 20_000)
  expect(isPlaying(third)).toBe(false)
  expect(wordOf(await knock(service.edge, 'films', { address: '198.51.100.60', token }))).toBe(
    'cap.streams',
  )
  await admin.send('POST', '/bans', { kind: 'session', subject: session?.id, seconds: 60 })
  await until('the end of the banned stream', () => first.exitCode() !== null, 20_000)
  expect(second.exitCode()).toBeNull()
  await second.stop('SIGKILL')
  await until('the end of all', async () => (await admin.sessions(id)).length === 0, 20_000)
  // Who was refused is in history too, whenever the edge that refused comes to report it.
  const played = async () => {
    const path = `/history/plays?account=own:${id}`
    const { items } = await admin.get<{
      items: { channel: string; source: string; proto: string; reason: string | null }[]
    }>(path)
    return items.filter(({ reason }) => reason !== 'cap.streams')
  }
  await until('history', async () => (await played()).length === 2, 20_000)
  for (const one of await played())
    expect(one).toMatchObject({ channel: 'news', source: 'edge:hook:rtmp-studio', proto: 'rtmp' })

  const steady = play()
  await until('another stream', () => isPlaying(steady), 20_000)
  await kill9(await controlPid(service))
  const isAlone = async () => (await admin.sessions(id).catch(() => [])).length === 1
  const refused = play()
  await until('the end of who came meanwhile', () => refused.exitCode() !== null, 20_000)
  await until('control is back', isAlone, 60_000)
  expect(steady.exitCode(), steady.output()).toBeNull()
}, 120_000)
