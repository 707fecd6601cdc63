import { afterEach, describe, expect, it } from 'vitest'
import { withToken } from '../../../../control/access/authorize/backend-query.ts'
import { createMemoryDecisionStore } from '../../../../control/access/authorize/decision-store.ts'
import { answering, type BackendServer, httpBackend, rawBackend } from './backend-server.ts'
import { authorizer, opening } from './setting.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

const backend = async (...args: Parameters<typeof httpBackend>): Promise<BackendServer> => {
  const server = await httpBackend(...args)
  running.push(server)
  return server
}

const set = (...args: Parameters<typeof authorizer>) => {
  const made = authorizer(...args)
  running.push(made.client)
  return made
}

const update = (
  decision: Awaited<ReturnType<ReturnType<typeof authorizer>['authorize']>>,
  n = 1,
) => ({
  decision,
  requestNumber: n,
  durationSec: 180 * n + 0.7,
  bytes: 1_234_567,
})

describe('what a backend is asked', () => {
  it('sends what Flussonic sends at an opening', async () => {
    const server = await backend(answering(200))
    const { authorize } = set({ urls: [`${server.url}?key=1&name=spoof`] })
    await authorize({ ...opening, referer: 'http://a/b?c=d&e', userAgent: 'MAG 200 +' })
    expect([...(server.seen[0] ?? [])]).toEqual([
      ['key', '1'],
      ['name', 'spoof'],
      ['name', 'ort'],
      ['proto', 'hls'],
      ['ip', '198.51.100.7'],
      ['token', 'abc'],
      ['request_type', 'new_session'],
      ['request_number', '0'],
      ['session_id', 'session-1'],
      ['stream_clients', '3'],
      ['total_clients', '40'],
      ['qs', 'token=abc'],
      ['user_agent', 'MAG 200 +'],
      ['referer', 'http://a/b?c=d&e'],
      ['host', 'tv.example.net'],
    ])
  })

  it('sends counters at an update and leaves out what is not known', async () => {
    const server = await backend(answering(200))
    const { authorize } = set({ urls: [server.url] })
    const bare = { ...opening, token: null, qs: null, userAgent: null, host: null }
    const first = await authorize(bare)
    await authorize(bare, update(first, 2))
    expect(server.seen[1]?.toString()).toBe(
      'name=ort&proto=hls&ip=198.51.100.7&request_type=update_session&request_number=2' +
        '&duration=360&bytes=1234567&session_id=session-1&stream_clients=3&total_clients=40',
    )
  })

  it('sends credentials of the address as a header, and shows neither them nor the query', async () => {
    const server = await backend(answering(200))
    const url = server.url.replace('http://', 'http://me:p%40ss@')
    const { authorize } = set({ urls: [`${url}?secret=1`] })
    const decision = await authorize(opening)
    expect(server.headers[0]?.authorization).toBe(`Basic ${btoa('me:p@ss')}`)
    expect(JSON.stringify(decision)).not.toMatch(/secret|p%40ss|p@ss|abc/)
  })

  it('a password with a percent sign costs no refusal', async () => {
    const server = await backend(answering(403))
    const { authorize } = set({
      urls: [server.url.replace('http://', 'http://me:100%@')],
      allowDefault: true,
    })
    expect((await authorize(opening)).verdict).toBe('deny')
    expect(server.headers[0]?.authorization).toBe(`Basic ${btoa('me:100%')}`)
  })

  it.each([
    ['a b&c', '', 'token=a+b%26c'],
    ['a', 'x=1', 'token=a&x=1'],
    [null, 'x=1', 'x=1'],
    [null, '', null],
    ['\ud800', '', 'token=%EF%BF%BD'],
  ])('case=query of a player with token %j and %j', (token, args, expected) => {
    expect(withToken(token, args)).toBe(expected)
  })

  it('keeps connections open', async () => {
    const server = await backend(answering(200))
    const { authorize } = set({ urls: [server.url] })
    for (let i = 0; i < 10; i += 1) await authorize({ ...opening, token: `t${i}` })
    expect(server.seen.length).toBe(10)
    expect(server.connections()).toBeLessThanOrEqual(2)
  })

  it.each([
    ['a token of 2 KB', { token: 'x'.repeat(2048), qs: `token=${'x'.repeat(2048)}` }],
    ['NUL and line ends', { token: 'a\0b\r\nX-Evil: 1', userAgent: 'x\r\nHost: evil' }],
    ['invalid UTF-8', { token: 'a\ufffd\ud800b', referer: '\udfff' }],
    ['.. and slashes in the channel', { channel: '../../etc/passwd', qs: 'a=%2f..%2f' }],
    ['parameters within a value', { token: 'a&name=other', qs: '#&ip=1.2.3.4' }],
  ])('case=bad input stays inside its parameter: %s', async (_what, odd) => {
    const server = await backend(answering(403))
    const { authorize } = set({ urls: [server.url] })
    expect(await authorize({ ...opening, ...odd })).toMatchObject({ reason: 'backend.deny' })
    const seen = server.seen[0]
    expect(seen?.getAll('name')).toEqual(['channel' in odd ? odd.channel : 'ort'])
    expect(seen?.getAll('ip')).toEqual(['198.51.100.7'])
    expect(server.headers[0]).not.toHaveProperty('x-evil')
    expect(server.headers[0]?.host).toMatch(/^127\.0\.0\.1:/)
  })
})

describe('remembered decisions', () => {
  it('costs the backend one request per deny clock, however often a player retries', async () => {
    const server = await backend(answering(403))
    const { authorize, later, client } = set({ urls: [server.url] })
    for (let second = 0; second < 60; second += 1) {
      for (let i = 0; i < 10; i += 1)
        expect(await authorize({ ...opening, sessionId: `s${second}.${i}` })).toMatchObject({
          verdict: 'deny',
          reason: 'backend.deny',
          denySec: 30,
        })
      later(1)
    }
    expect(server.seen.length).toBe(2)
    expect(client.counters()).toEqual([
      expect.objectContaining({ url: server.url, requests: 2, deny: 2, allow: 0 }),
    ])
  })

  it('holds yes and no for their own clocks, and as long as the backend says', async () => {
    const answers = [
      { status: 200, header: '50' },
      { status: 403, header: '20' },
      { status: 200, header: '0' },
      { status: 200, header: '0' },
    ]
    const server = await backend((_query, response) => {
      const next = answers.shift()
      response.writeHead(next?.status ?? 500, { 'X-AuthDuration': next?.header ?? '' }).end()
    })
    const { authorize, later } = set({ urls: [server.url] })
    const asked = async (afterSec: number) => {
      later(afterSec)
      const { verdict } = await authorize(opening)
      return `${verdict} ${server.seen.length}`
    }
    expect(await asked(0)).toBe('allow 1')
    expect(await asked(49)).toBe('allow 1')
    expect(await asked(1)).toBe('deny 2')
    expect(await asked(19)).toBe('deny 2')
    expect(await asked(1)).toBe('allow 3')
    expect(await asked(0)).toBe('allow 4')
  })

  it('keeps viewers apart by channel, address and token', async () => {
    const server = await backend((query, response) => {
      response.writeHead(query.get('token') === 'abc' ? 200 : 403).end()
    })
    const { authorize } = set({ urls: [server.url] })
    const verdict = async (odd: Partial<typeof opening>) =>
      (await authorize({ ...opening, ...odd })).verdict
    expect(await verdict({})).toBe('allow')
    expect(await verdict({ token: 'abd' })).toBe('deny')
    expect(await verdict({ token: null })).toBe('deny')
    await verdict({ channel: 'ntv' })
    await verdict({ address: '198.51.100.8' })
    expect(server.seen.length).toBe(5)
  })

  it('asks again after reauth of the channel, not of another', async () => {
    const server = await backend(answering(200))
    const { authorize, store, time, later } = set({ urls: [server.url] })
    await authorize(opening)
    later(1)
    await store.forget('ntv', time.now)
    await authorize(opening)
    expect(server.seen.length).toBe(1)
    await store.forget('ort', time.now)
    later(1)
    await authorize(opening)
    await authorize(opening)
    expect(server.seen.length).toBe(2)
    await store.forget(null, time.now)
    later(1)
    await authorize(opening)
    expect(server.seen.length).toBe(3)
  })

  it('asks once for any number of openings at the same time, over two control planes', async () => {
    const server = await backend((_query, response) => {
      setTimeout(() => response.writeHead(200, { 'X-AuthDuration': '0' }).end(), 60)
    })
    const shared = createMemoryDecisionStore(() => 1_000_000)
    const one = set({ urls: [server.url] }, shared)
    const other = set({ urls: [server.url] }, shared)
    const both = Array.from({ length: 50 }, (_, i) => (i % 2 ? one : other).authorize(opening))
    const verdicts = new Set((await Promise.all(both)).map((decision) => decision.verdict))
    expect([...verdicts]).toEqual(['allow'])
    expect(server.seen.length).toBe(1)
  })
})

describe('updates', () => {
  it('end a session by a refusal and remember it for its next opening', async () => {
    const server = await backend((query, response) => {
      response.writeHead(query.get('request_type') === 'new_session' ? 200 : 403).end()
    })
    const { authorize } = set({ urls: [server.url] })
    const first = await authorize(opening)
    expect(await authorize(opening, update(first))).toMatchObject({ reason: 'backend.deny' })
    expect(await authorize(opening)).toMatchObject({ reason: 'backend.deny' })
    expect(server.seen.length).toBe(2)
  })

  it('keep a single-use token good, by session id', async () => {
    const used = new Map<string, string>()
    const server = await backend((query, response) => {
      const [token, session] = [query.get('token') ?? '', query.get('session_id') ?? '']
      const isUpdate = query.get('request_type') === 'update_session'
      const isGood = isUpdate ? used.get(token) === session : !used.has(token)
      used.set(token, session)
      response.writeHead(isGood ? 200 : 403, { 'X-UserId': 'box' }).end()
    })
    const { authorize, later } = set({ urls: [server.url] })
    const first = await authorize(opening)
    later(181)
    const second = await authorize(opening, update(first))
    expect([first.verdict, second.verdict]).toEqual(['allow', 'allow'])
  })

  it('keep the last decision over an outage, do not remember it as an answer, and recover', async () => {
    const answers = [200, 500, 503, 403]
    const server = await backend((_query, response) => {
      response.writeHead(answers.shift() ?? 500, { 'X-UserId': '7', 'X-Max-Sessions': '2' }).end()
    })
    const { authorize, later } = set({ urls: [server.url] })
    let decision = await authorize(opening)
    const seen: string[] = []
    for (let n = 1; n <= 3; n += 1) {
      later(decision.authDurationSec)
      decision = await authorize(opening, update(decision, n))
      seen.push(
        `${decision.verdict} ${decision.reason} ${decision.account} ${decision.maxSessions}`,
      )
    }
    expect(seen).toEqual([
      'allow backend.kept backend:main:7 2',
      'allow backend.kept backend:main:7 2',
      'deny backend.deny null null',
    ])
  })

  it('follow a rule that was added meanwhile', async () => {
    const silent = await rawBackend(null, false)
    running.push(silent)
    const { authorize } = set({ urls: [silent.url], deny: { ip: ['198.51.100/24'] } })
    const kept = await authorize({ ...opening, token: 'x', address: '198.51.101.7' }).catch(
      () => null,
    )
    expect(kept).toMatchObject({ reason: 'backend.down' })
    if (kept === null) throw new Error('authorize must not throw')
    expect(await authorize(opening, update({ ...kept, verdict: 'allow' }))).toMatchObject({
      verdict: 'deny',
      reason: 'rule.deny_ip',
    })
  })
})

describe('without backends', () => {
  it.each([
    [true, 'allow', 'rule.allow_default'],
    [false, 'deny', 'rule.no_match'],
  ])('case=allow default %s: %s', async (allowDefault, verdict, reason) => {
    const { authorize } = set({ allowDefault })
    expect(await authorize(opening)).toMatchObject({ verdict, reason })
  })

  it('refuses where the named auth backend does not exist', async () => {
    const { authorize } = set({ allowDefault: true })
    const request = { ...opening, authBackend: 'gone' }
    expect(await authorize(request)).toMatchObject({ verdict: 'deny', reason: 'rule.no_match' })
  })
})
