import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import {
  createHookPipeline,
  type HookAnswer,
  type HookPipeline,
  type HookPlay,
  hookKey,
} from '../../../control/access/admission/hook-play.ts'
import type { Opening } from '../../../control/access/admission/opening.ts'
import { createHookTrust } from '../../../control/routes/hook-trust.ts'
import { hookRoutes } from '../../../control/routes/hooks.ts'

const running: FastifyInstance[] = []
afterEach(async () => {
  for (const app of running.splice(0)) await app.close()
})

const allow: HookAnswer = { verdict: 'allow', leaseSec: 30 }

const started = async (
  answer: HookAnswer = allow,
  trust = createHookTrust({ allow: [], secret: null }),
) => {
  const heard: { verb: string; play: HookPlay }[] = []
  const hear = (verb: string) => async (play: HookPlay) => {
    heard.push({ verb, play })
    return answer
  }
  const pipeline: HookPipeline = {
    open: hear('open'),
    update: hear('update'),
    close: async (play) => void heard.push({ verb: 'close', play }),
  }
  const app = Fastify()
  await app.register(hookRoutes, { pipeline, isTrusted: trust, rtmpUpdateSec: () => 30 })
  running.push(app)
  return { app, heard }
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const flussonic =
  '/auth/flussonic?name=news&ip=198.51.100.7&token=abc&session_id=5f&request_type=new_session' +
  '&request_number=0&proto=hls&user_agent=MAG&qs=token%3Dabc%26a%3D1'

describe("Flussonic's protocol", () => {
  it('opens and updates by session id', async () => {
    const { app, heard } = await started()
    const opened = await app.inject({ url: flussonic })
    expect([opened.statusCode, opened.headers['x-authduration']]).toEqual([200, '10'])
    await app.inject({ url: flussonic.replace('new_session', 'update_session') })
    expect(heard.map(({ verb }) => verb)).toEqual(['open', 'update'])
    expect(heard[0]?.play).toEqual({
      server: 'flussonic',
      playback: '5f',
      channel: 'news',
      proto: 'hls',
      address: '198.51.100.7',
      token: 'abc',
      userAgent: 'MAG',
      referer: null,
      host: null,
      qs: 'a=1',
      quietSec: 0,
      bytes: 0,
    })
  })

  it.each([
    [{ verdict: 'deny', reason: 'cap.streams', denySec: 0 }, 403, '1'],
    [{ verdict: 'deny', reason: 'rule.deny_ip', denySec: 30 }, 403, '30'],
    [{ verdict: 'redirect', location: 'http://cdn.example.net/x' }, 302, undefined],
  ] as const)('case=%j', async (answer, status, duration) => {
    const { app } = await started(answer)
    const told = await app.inject({ url: flussonic })
    expect([told.statusCode, told.headers['x-authduration']]).toEqual([status, duration])
    if (answer.verdict === 'deny') expect(told.headers['x-gatehouse-reason']).toBe(answer.reason)
  })
})

describe('auth_request', () => {
  const headers = {
    'x-original-uri': '/news/index.m3u8?token=abc&a=1',
    'x-real-ip': '::ffff:198.51.100.7',
    'user-agent': 'VLC',
  }

  it('takes the channel and token from the original address', async () => {
    const { app, heard } = await started()
    expect((await app.inject({ url: '/auth/request/edge7', headers })).statusCode).toBe(204)
    expect(heard[0]).toMatchObject({
      verb: 'update',
      play: {
        server: 'auth-edge7',
        channel: 'news',
        token: 'abc',
        address: '198.51.100.7',
        qs: 'a=1',
      },
    })
  })

  it.each([
    ['no address', { 'x-real-ip': '' }],
    ['no path', { 'x-original-uri': '' }],
    ['dot segments', { 'x-original-uri': '/news/../../etc/passwd' }],
    ['encoded dot segments', { 'x-original-uri': '/%2e%2e/news/index.m3u8' }],
    ['an encoded slash', { 'x-original-uri': '/news%2findex.m3u8' }],
    ['invalid UTF-8', { 'x-original-uri': '/%ff%fe/index.m3u8' }],
    ['NUL', { 'x-original-uri': '/news%00/index.m3u8' }],
    ['a channel of 65 letters', { 'x-original-uri': `/${'a'.repeat(65)}/index.m3u8` }],
    ['a token of invalid UTF-8', { 'x-original-uri': '/news/index.m3u8?token=%ff%fe' }],
    ['a token of 2 KB', { 'x-original-uri': `/news/index.m3u8?token=${'a'.repeat(2048)}` }],
    ['a token of 3 KB', { 'x-original-uri': `/news/index.m3u8?token=${'a'.repeat(3000)}` }],
  ])('case=%s is refused with 403, since nginx makes 500 of 400', async (_what, odd) => {
    const { app, heard } = await started()
    const told = await app.inject({ url: '/auth/request', headers: { ...headers, ...odd } })
    expect([told.statusCode, told.headers['x-gatehouse-reason']]).toEqual([
      403,
      'request.malformed',
    ])
    expect(heard).toEqual([])
  })

  it('tells of a refusal and of a redirection as 403', async () => {
    for (const answer of [
      { verdict: 'deny', reason: 'ban.account', denySec: 9 },
      { verdict: 'redirect', location: 'http://cdn.example.net/' },
    ] as const) {
      const { app } = await started(answer)
      expect((await app.inject({ url: '/auth/request', headers })).statusCode).toBe(403)
    }
  })
})

describe('nginx-rtmp', () => {
  const body = 'app=live&flashver=LNX&addr=198.51.100.7&clientid=7&name=news&token=abc'
  const post = (app: FastifyInstance, payload: string) =>
    app.inject({ method: 'POST', url: '/auth/rtmp/a', headers: form, payload })

  it.each([
    ['play', 'open'],
    ['update_play', 'update'],
    ['play_done', 'close'],
    ['done', 'close'],
  ])('case=%s: %s', async (call, verb) => {
    const { app, heard } = await started()
    expect((await post(app, `call=${call}&${body}`)).statusCode).toBe(204)
    expect(heard).toMatchObject([
      { verb, play: { server: 'rtmp-a', playback: 'live/7', channel: 'news', token: 'abc' } },
    ])
  })

  it.each([
    ['call', 'call=play&%63all=publish'],
    ['call', 'call=publish&call=play'],
    ['addr', 'call=play&addr=192.168.0.9'],
    ['name', 'call=play&name=open'],
    ['clientid', 'call=update_play&clientid=8'],
    ['no call', 'start=-2000'],
  ])(
    'case=%s: what a viewer adds to his address passes for nothing nginx said',
    async (_what, odd) => {
      const { app, heard } = await started()
      const told = await post(app, `${body}&${odd}`)
      expect([told.statusCode, told.headers['x-gatehouse-reason']]).toEqual([
        400,
        'request.malformed',
      ])
      expect(heard).toEqual([])
    },
  )

  it.each(['publish', 'record_done', 'constructor', '__proto__'])('lets %s be', async (call) => {
    const { app, heard } = await started()
    expect((await post(app, `call=${call}&${body}`)).statusCode).toBe(204)
    expect(heard).toEqual([])
  })

  it('refuses with the reason', async () => {
    const { app } = await started({ verdict: 'deny', reason: 'cap.streams', denySec: 9 })
    const told = await post(app, `call=play&${body}`)
    expect([told.statusCode, told.headers['x-gatehouse-reason']]).toEqual([403, 'cap.streams'])
  })

  it('refuses bodies over 1 MB and of other kinds without a 5xx', async () => {
    const { app } = await started()
    expect((await post(app, `call=play&x=${'a'.repeat(1_100_000)}`)).statusCode).toBe(413)
    const xml = {
      method: 'POST',
      url: '/auth/rtmp',
      headers: { 'content-type': 'text/xml' },
    } as const
    expect((await app.inject({ ...xml, payload: '<a/>' })).statusCode).toBe(415)
  })
})

describe('trust', () => {
  it.each([
    [[], null, '127.0.0.1', null, true],
    [[], null, '::1', null, true],
    [[], null, '10.0.0.1', null, false],
    [['10.0.0/24'], null, '10.0.0.1', null, true],
    [['10.0.0/24'], null, '127.0.0.1', null, false],
    [[], 'word', '10.0.0.1', 'word', true],
    [[], 'word', '127.0.0.1', null, false],
    [[], 'word', '127.0.0.1', 'wor', false],
    [['10.0.0/24'], 'word', '10.0.0.1', 'other', false],
    [['10.0.0/24'], 'word', '10.0.1.1', 'word', false],
    [[], '', '10.0.0.1', '', false],
    [[], '', '127.0.0.1', null, false],
  ])('case=%j %s: %s with %s is %s', (...row) => {
    const [networks, secret, address, presented, expected] = row
    expect(createHookTrust({ allow: networks, secret })(address, presented)).toBe(expected)
  })

  it('is asked for on every path', async () => {
    const { app, heard } = await started(allow, createHookTrust({ allow: [], secret: 'word' }))
    expect((await app.inject({ url: flussonic })).statusCode).toBe(401)
    expect((await app.inject({ url: `${flussonic}&secret=word` })).statusCode).toBe(200)
    const headers = { 'x-hook-secret': 'word' }
    expect((await app.inject({ url: flussonic, headers })).statusCode).toBe(200)
    expect(heard.length).toBe(2)
  })
})

describe('pipeline', () => {
  const play: HookPlay = {
    server: 'rtmp',
    playback: 'live/7',
    channel: 'news',
    proto: 'rtmp',
    address: '198.51.100.7',
    token: 'abc',
    userAgent: null,
    referer: null,
    host: null,
    qs: '',
    quietSec: 95,
    bytes: 5,
  }
  const key = hookKey(play)
  const setting = (renewed: { kill?: unknown[]; drop?: string[] }) => {
    const openings: Opening[] = []
    const closed: unknown[] = []
    const pipeline = createHookPipeline({
      open: async (opening) => {
        openings.push(opening)
        return { outcome: 'refused', reason: 'cap.streams', denyUntil: 61_000 }
      },
      sessions: {
        renew: async () => ({ kill: [], drop: [], ...renewed }) as never,
        close: async (keys) => void closed.push(...keys),
      },
      now: () => 1_000,
    })
    return { pipeline, openings, closed }
  }

  it('opens an inferred session under a key of its own', async () => {
    const { pipeline, openings, closed } = setting({})
    expect(await pipeline.open(play)).toEqual({
      verdict: 'deny',
      reason: 'cap.streams',
      denySec: 60,
    })
    expect(openings).toMatchObject([
      {
        inferredKey: key,
        leastIdleMs: 95_000,
        edge: 'hook:rtmp',
        credential: { kind: 'token', token: 'abc' },
        proto: 'rtmp',
      },
    ])
    expect(key).toMatch(/^[\w-]{16}$/)
    await pipeline.close(play)
    expect(closed).toEqual([key])
  })

  it('ends a killed session at its update, keeps a known one, asks about an unknown one', async () => {
    const killed = setting({ kill: [{ key, reason: 'ban.account', until: 31_000 }] })
    const told = { verdict: 'deny', reason: 'ban.account', denySec: 30 }
    expect(await killed.pipeline.update(play)).toEqual(told)
    const known = setting({})
    expect(await known.pipeline.update(play)).toMatchObject({ verdict: 'allow' })
    expect(known.openings).toEqual([])
    const unknown = setting({ drop: [key] })
    expect(await unknown.pipeline.update(play)).toMatchObject({ reason: 'cap.streams' })
    expect(unknown.openings.length).toBe(1)
  })
})
