import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HookAnswer, HookPlay } from '../../../control/access/admission/hook-play.ts'
import { createHookTrust } from '../../../control/routes/hook-trust.ts'
import { hookRoutes } from '../../../control/routes/hooks.ts'
import { authorizer, opening } from '../../control/access/authorize/setting.ts'
import { guardedMedia } from '../../support/nginx/guarded-media.ts'
import { startNginx, type TestNginx } from '../../support/nginx/nginx.ts'

let hooks: FastifyInstance
let hooksUrl: string
let nginx: TestNginx
const heard: HookPlay[] = []

/** The token `good` may watch, `far` is sent elsewhere. */
const answer = async (play: HookPlay): Promise<HookAnswer> => {
  heard.push(play)
  if (play.token === 'good') return { verdict: 'allow', leaseSec: 30 }
  if (play.token === 'far') return { verdict: 'redirect', location: 'http://far.example.net/' }
  return { verdict: 'deny', reason: 'cap.streams', denySec: 60 }
}

beforeAll(async () => {
  hooks = Fastify()
  await hooks.register(hookRoutes, {
    pipeline: { open: answer, update: answer, close: async () => undefined },
    isTrusted: createHookTrust({ allow: [], secret: 'word' }),
    rtmpUpdateSec: () => 30,
  })
  hooksUrl = await hooks.listen({ host: '127.0.0.1', port: 0 })
  nginx = await startNginx({ conf: guardedMedia(hooksUrl, 'proxy_set_header X-Hook-Secret word;') })
})
afterAll(async () => {
  await nginx.stop()
  await hooks.close()
})

describe("nginx's auth_request", () => {
  it.each([
    ['/news/index.m3u8?token=good', 200, ''],
    ['/news/index.m3u8?token=bad', 403, 'cap.streams'],
    ['/news/index.m3u8', 403, 'cap.streams'],
    ['/news/index.m3u8?token=far', 403, 'backend.redirect'],
    ['/%ff/index.m3u8?token=good', 403, 'request.malformed'],
    ['/news%2f..%2ffilms/index.m3u8?token=good', 403, 'request.malformed'],
    [`/news/index.m3u8?token=${'a'.repeat(3000)}`, 403, 'request.malformed'],
  ])('case=%s: %i %s', async (path, status, reason) => {
    const told = await fetch(`${nginx.url}${path}`)
    expect([told.status, told.headers.get('x-reason') ?? '']).toEqual([status, reason])
  })

  it('is told apart by server, with the viewer as nginx saw him', async () => {
    heard.length = 0
    await fetch(`${nginx.url}/news/seg-1.ts?token=good`, { headers: { 'User-Agent': 'VLC' } })
    expect(heard).toMatchObject([
      { server: 'auth-media', channel: 'news', address: '127.0.0.1', userAgent: 'VLC' },
    ])
  })
})

describe('our own backend client', () => {
  it.each([
    ['good', 'allow', 'backend.allow'],
    ['bad', 'deny', 'backend.deny'],
    ['far', 'redirect', 'backend.redirect'],
  ])('case=asks our hook as it asks any middleware: %s', async (token, verdict, reason) => {
    const made = authorizer({ urls: [`${hooksUrl}/auth/flussonic/front?secret=word`] })
    const decision = await made.authorize({ ...opening, token })
    expect(decision).toMatchObject({ verdict, reason })
    if (token === 'good') expect(decision.authDurationSec).toBe(10)
    if (token === 'bad') expect(decision.denySec).toBe(60)
    await made.client.close()
  })
})
