import { afterEach, describe, expect, it } from 'vitest'
import type { AuthRequest, Decision } from '../../../../control/access/authorize/decision.ts'
import { createMemoryLiveAuth } from '../../../../control/access/revalidate/live-auth-memory.ts'
import { createLiveRevalidation } from '../../../../control/access/revalidate/live-revalidation.ts'
import type { UnjudgedSession } from '../../../../control/access/revalidate/rejudge.ts'
import { type BackendServer, httpBackend } from '../authorize/backend-server.ts'
import { authorizer, opening } from '../authorize/setting.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

/** A life cycle over a real backend whose next answers the test chooses; the last one repeats. */
const setting = async (
  answers: readonly (number | Record<string, string>)[],
  allowDefault = false,
) => {
  const left = [...answers]
  const server: BackendServer = await httpBackend((_query, response) => {
    const next = (left.length > 1 ? left.shift() : left[0]) ?? 500
    if (typeof next === 'number') response.writeHead(next).end()
    else response.writeHead(200, next).end()
  })
  const { authorize, client, store, time, later } = authorizer({
    urls: [server.url],
    allowDefault,
    timeoutMs: 15_000,
    allow: { ua: ['Friend'] },
  })
  running.push(server, client)
  const ended: string[] = []
  const kept: Decision[] = []
  const bytes = new Map([['session-1', 1000]])
  const lifecycle = createLiveRevalidation({
    authorize,
    book: {
      backendFor: () => 'main',
      byRules: () => null,
      tokenByPrint: () => null,
      isLinked: () => false,
    },
    store: createMemoryLiveAuth(),
    now: () => time.now,
    bytesOf: async (sessionId) => bytes.get(sessionId) ?? null,
    clientsOf: async () => ({ stream: 5, total: 50 }),
    end: async (sessionId, reason, denySec) => {
      ended.push(`${sessionId} ${reason} ${denySec}`)
    },
    keep: async (_sessionId, decision) => {
      kept.push(decision)
    },
    forget: (channel, at) => store.forget(channel, at),
  })
  const open = async (sessionId = 'session-1', odd: Partial<AuthRequest> = {}) => {
    const viewer = { channel: 'ort', userAgent: 'VLC', token: sessionId, ...odd }
    const request = { ...opening, sessionId, ...viewer }
    const decision = await authorize(request)
    bytes.set(sessionId, 1000)
    await lifecycle.opened(request, decision)
    return decision
  }
  const questions = () =>
    server.seen.map((query) => `${query.get('request_type')} ${query.get('request_number')}`)
  return { lifecycle, open, later, ended, kept, bytes, questions, server }
}

/** A pass that came back to an edge. */
const back = (sid: string): UnjudgedSession => ({
  sid,
  channel: 'ort',
  group: 'all',
  download: null,
  tokenPrint: null,
  protocol: 'hls',
  address: opening.address,
  country: null,
  agent: 'VLC',
})

const idle = { asked: 0, ended: 0, gone: 0, failed: 0 }

describe('life cycle', () => {
  it('asks every X-AuthDuration, with the number, duration and bytes', async () => {
    const { lifecycle, open, later, bytes, questions, server } = await setting([
      { 'X-AuthDuration': '60' },
    ])
    await open()
    later(59)
    expect(await lifecycle.round()).toEqual(idle)
    later(1)
    bytes.set('session-1', 5_000_000)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 1 })
    expect(await lifecycle.round()).toEqual(idle)
    later(60)
    await lifecycle.round()
    expect(questions()).toEqual(['new_session 0', 'update_session 1', 'update_session 2'])
    expect(server.seen[1]?.toString()).toContain('duration=60&bytes=5000000&session_id=session-1')
    expect(server.seen[2]?.get('duration')).toBe('120')
  })

  it('asks at each round where X-AuthDuration is 0', async () => {
    const { lifecycle, open, later, questions } = await setting([{ 'X-AuthDuration': '0' }])
    await open()
    for (let i = 0; i < 3; i += 1) {
      later(1)
      await lifecycle.round()
    }
    expect(questions().length).toBe(4)
  })

  it('ends a session by a refusal, once', async () => {
    const { lifecycle, open, later, ended } = await setting([200, 403])
    await open()
    later(180)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 1, ended: 1 })
    later(3600)
    expect(await lifecycle.round()).toEqual(idle)
    expect(ended).toEqual(['session-1 backend.deny 30'])
  })

  it('asks about the pass of an ended session that is due, before a round has found its end', async () => {
    const { lifecycle, open, later, bytes, questions } = await setting([
      { 'X-AuthDuration': '60' },
      403,
    ])
    await open()
    bytes.delete('session-1')
    expect(await lifecycle.returned(back('session-1'))).toBeNull()
    later(60)
    expect(await lifecycle.returned(back('session-1'))).toMatchObject({ verdict: 'deny' })
    expect(questions()).toEqual(['new_session 0', 'update_session 1'])
  })

  it('asks once per deny clock while the pass of a refused session comes back', async () => {
    const { lifecycle, open, later, questions, server } = await setting([200, 403, 403, 200])
    await open()
    expect(await lifecycle.returned(back('session-1'))).toBeNull()
    later(180)
    await lifecycle.round()
    for (let n = 0; n < 10; n += 1) {
      const told = await lifecycle.returned(back('session-1'))
      expect(told).toMatchObject({ verdict: 'deny', reason: 'backend.deny', denySec: 30 })
    }
    expect(questions().length).toBe(2)
    later(31)
    const together = [1, 2, 3].map(() => lifecycle.returned(back('session-1')))
    for (const told of await Promise.all(together)) expect(told?.verdict).toBe('deny')
    expect(questions().length).toBe(3)
    later(31)
    expect(await lifecycle.returned(back('session-1'))).toMatchObject({ verdict: 'allow' })
    expect(await lifecycle.returned(back('session-1'))).toBeNull()
    expect(questions().at(-1)).toBe('update_session 3')
    expect(server.seen.at(-1)?.get('bytes')).toBe('1000')
    later(180)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 1 })
  })

  it('asks when a session that had stopped comes back, and keeps a refusal over an outage', async () => {
    const { lifecycle, open, later, bytes, questions } = await setting([200, 403, 500])
    await open()
    bytes.delete('session-1')
    later(180)
    expect(await lifecycle.round()).toEqual({ ...idle, gone: 1 })
    expect(await lifecycle.reauth(null)).toBe(0)
    later(600)
    expect((await lifecycle.returned(back('session-1')))?.verdict).toBe('deny')
    later(31)
    expect((await lifecycle.returned(back('session-1')))?.verdict).toBe('deny')
    expect(questions().length).toBe(3)
  })

  it('tells all bytes of a session that stopped and came back, whose slot counts anew', async () => {
    const { lifecycle, open, later, bytes, server } = await setting([200])
    await open()
    bytes.set('session-1', 7_000)
    later(180)
    await lifecycle.round()
    bytes.delete('session-1')
    later(180)
    await lifecycle.round()
    await lifecycle.returned(back('session-1'))
    bytes.set('session-1', 500)
    later(180)
    await lifecycle.round()
    expect(server.seen.map((query) => query.get('bytes'))).toEqual([null, '7000', '7000', '7500'])
  })

  it('goes on under the session id the backend knows when an answer was remembered', async () => {
    const { lifecycle, open, later, server } = await setting([200])
    await open('one')
    await open('two', { token: 'one' })
    expect(server.seen.length).toBe(1)
    later(180)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 2 })
    expect(server.seen.map((query) => query.get('session_id'))).toEqual(['one', 'one', 'one'])
  })

  it('keeps a session over an outage, retries soon and goes on', async () => {
    const { lifecycle, open, later, ended, kept } = await setting([200, 500, 502, 200])
    await open()
    later(180)
    await lifecycle.round()
    later(10)
    await lifecycle.round()
    later(10)
    await lifecycle.round()
    expect(ended).toEqual([])
    expect(kept.map(({ reason, authDurationSec }) => `${reason} ${authDurationSec}`)).toEqual([
      'backend.kept 10',
      'backend.kept 10',
      'backend.allow 180',
    ])
  })

  it('passes on a new cap and user', async () => {
    const { lifecycle, open, later, kept } = await setting([
      { 'X-UserId': 'a', 'X-Max-Sessions': '3' },
      { 'X-UserId': 'a', 'X-Max-Sessions': '1' },
    ])
    await open()
    later(180)
    await lifecycle.round()
    expect(kept).toMatchObject([{ account: 'backend:main:a', maxSessions: 1 }])
  })

  it('asks soon about a session that came in while no backend answered', async () => {
    const { lifecycle, open, later, ended } = await setting([500, 403], true)
    await open()
    later(9)
    expect(await lifecycle.round()).toEqual(idle)
    later(1)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 1, ended: 1 })
    expect(ended).toEqual(['session-1 backend.deny 30'])
  })

  it('asks nothing about what rules alone decided', async () => {
    const { lifecycle, open, later, questions } = await setting([200])
    await open('session-1', { userAgent: 'Friend' })
    later(3599)
    expect(await lifecycle.round()).toEqual(idle)
    later(1)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 1 })
    expect(await lifecycle.reauth(null)).toBe(1)
    expect(questions()).toEqual([])
  })

  it('asks nothing about sessions that stopped or closed', async () => {
    const { lifecycle, open, later, bytes, questions } = await setting([200])
    await open('stopped')
    await open('closed')
    bytes.delete('stopped')
    await lifecycle.closed('closed')
    later(180)
    expect(await lifecycle.round()).toEqual({ ...idle, gone: 1 })
    expect(questions().length).toBe(2)
  })

  it('asks again about one channel or all at once on demand', async () => {
    const { lifecycle, open, questions } = await setting([200])
    await open('one')
    await open('two', { channel: 'ntv' })
    expect(await lifecycle.reauth('ort')).toBe(1)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 1 })
    expect(await lifecycle.reauth(null)).toBe(2)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 2 })
    expect(questions().length).toBe(5)
  })

  it('takes up thousands that are due in one round', async () => {
    const { lifecycle, open, later } = await setting([200])
    await Promise.all(Array.from({ length: 450 }, (_, i) => open(`many-${i}`)))
    later(180)
    expect(await lifecycle.round()).toEqual({ ...idle, asked: 450 })
  })
})
