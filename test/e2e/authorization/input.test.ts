import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TestService } from '../../support/programs/service.ts'
import { ask } from '../world/ask.ts'
import {
  answering,
  knock,
  type Middleware,
  startAuthService,
  startMiddleware,
  wordOf,
} from '../world/auth-world.ts'

let middleware: Middleware
let service: TestService
const NAMES = ['guessed', 'strange', 'referred']

beforeAll(async () => {
  middleware = await startMiddleware([...NAMES, 'any'])
  const backends = (name: string) => [{ url: middleware.at(name) }]
  service = await startAuthService(middleware, {
    channels: NAMES.map((name) => ({ match: `^${name}$`, auth: name })),
    auth_backends: NAMES.map((name) => ({ name, backends: backends(name) })),
  })
}, 300_000)
afterAll(async () => {
  await service?.stop()
  await middleware?.close()
})

const opens = async (channel: string, who: Parameters<typeof knock>[2]) =>
  wordOf(await knock(service.edge, channel, who))

describe('bad input', () => {
  const NASTY: readonly string[] = [
    `/live/referred/index.m3u8?token=${'t'.repeat(2048)}`,
    '/live/referred/index.m3u8?token=%00',
    '/live/referred/index.m3u8?token=a%00b',
    '/live/referred/index.m3u8?token=%ff%fe',
    '/live/referred/index.m3u8?token=%',
    '/live/referred/index.m3u8?token=%zz',
    '/live/referred/index.m3u8?token=a%0d%0aX-UserId:%20root',
    '/live/referred/index.m3u8?token=a&token=b',
    '/live/../referred/index.m3u8?token=a',
    '/live/%2e%2e/referred/index.m3u8?token=a',
    '/live/../../etc/passwd?token=a',
    '/live/referred%2f..%2fany/index.m3u8?token=a',
    '/live/referred%5c..%5cany/index.m3u8?token=a',
    '/live/referred/..%2f..%2fany/index.m3u8?token=a',
    '/live/referred%00/index.m3u8?token=a',
    '/live/%ff%fe/index.m3u8?token=a',
    `/live/${'c'.repeat(3000)}/index.m3u8?token=a`,
    `/live/${'A'.repeat(64)}/referred/index.m3u8`,
    '/live/ user/pass word/referred.m3u8',
    '/live/user/%00/referred.m3u8',
    '/live/%ff/%fe/referred.ts',
    `/live/${'u'.repeat(47)}/${'p'.repeat(2048)}/referred.m3u8`,
    '/live//index.m3u8?token=a',
    '/live/?token=a',
    '/live/referred?token=a',
    `/playlist.m3u?token=${'t'.repeat(2048)}`,
    '/playlist.m3u?token=%00',
    '/playlist.m3u?token=%ff%fe%fd',
    '/get.php?username=%00&password=%ff&type=m3u_plus',
    `/s/${'x'.repeat(200)}/referred/index.m3u8`,
  ]

  test.each(NASTY)('%#: refused, and nothing worse', async (path) => {
    middleware.on('referred', answering(403))
    const n = NASTY.indexOf(path)
    const reply = await ask(service.edge, path.replaceAll(' ', '%20'), {
      headers: { 'X-Forwarded-For': `10.60.${n}.1` },
    })
    expect([400, 403, 404, 414]).toContain(reply.status)
    for (const { query } of middleware.asked('referred'))
      expect(query.get('name')).toMatch(/^[A-Za-z0-9_.-]+$/)
  })

  test.each([
    ['2 KB', 't'.repeat(2048)],
    ['invalid UTF-8', '%ff%fe'],
    ['a broken escape', 'a%zz'],
    ['NUL', 'a%00b'],
  ])(
    'a token of %s is asked of no backend, not even one that admits everybody',
    async (_what, token) => {
      middleware.on('referred', answering(200))
      const before = middleware.asked('referred').length
      const reply = await ask(service.edge, `/live/referred/index.m3u8?token=${token}`)
      expect([reply.status, reply.reason]).toEqual([400, 'request.malformed'])
      expect(middleware.asked('referred').length).toBe(before)
    },
  )

  test('an X-UserId that is too long is left out and lets in; an odd one stays one account', async () => {
    const strange = async (n: number, headers: Record<string, string>) => {
      middleware.on('strange', answering(200, headers))
      return await opens('strange', { address: `10.61.${n}.1`, token: `s${n}` })
    }
    expect(await strange(1, { 'X-UserId': 'u'.repeat(257) })).toBe('in')
    expect(await strange(2, { 'X-UserId': 'own:0001|news|\t' })).toBe('in')
    expect(await strange(3, { 'X-UserId': 'ok', 'X-Max-Sessions': '-1' })).toBe('in')
    const sessions = (await (await service.api('/api/v1/sessions?limit=200')).json()) as {
      items: { user_id: string; name: string }[]
    }
    const users = sessions.items.filter(({ name }) => name === 'strange').map((it) => it.user_id)
    expect(users.toSorted()).toEqual([
      'backend:strange:own:0001|news|',
      'net:10.61.1.1',
      'net:10.61.3.1',
    ])
  })

  test('the service is as well as before', async () => {
    const health = await service.api('/health/ready')
    expect(health.status).toBe(200)
    const log = service.logs()['control.log'] ?? ''
    expect(log).not.toMatch(/"level":(50|60)/)
    expect(log).not.toContain('ttttttttttttttttttttttttttttttttt')
  })
})

describe('floods', () => {
  test('of wrong tokens: a few reach the backend, the rest wait at the edge', async () => {
    middleware.on('guessed', answering(403))
    const before = middleware.asked('guessed').length
    const got = new Map<string, number>()
    const began = Date.now()
    for (let round = 0; round < 20; round++) {
      const words = await Promise.all(
        Array.from({ length: 50 }, (_it, n) =>
          opens('guessed', { address: '10.70.0.1', token: `guess-${round}-${n}` }),
        ),
      )
      for (const word of words) got.set(word, (got.get(word) ?? 0) + 1)
    }
    const total = [...got.values()].reduce((sum, n) => sum + n, 0)
    expect(total).toBe(1000)
    expect([...got.keys()].every((it) => !it.startsWith('5') && it !== 'in')).toBe(true)
    expect([...got].filter(([word]) => word.startsWith('429')).length).toBeGreaterThan(0)
    // Twenty at once and ten a second.
    const seconds = (Date.now() - began) / 1000
    expect(middleware.asked('guessed').length - before).toBeLessThan(25 + 10 * seconds)
    // Somebody else is served meanwhile.
    middleware.on('guessed', answering(200))
    expect(await opens('guessed', { address: '10.70.1.1', token: 'right' })).toBe('in')
  }, 60_000)

  test('of wrong passwords: the same', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 200 }, (_it, n) =>
        ask(service.edge, `/live/somebody/wrong-${n}/any.m3u8`, {
          headers: { 'X-Forwarded-For': '10.71.0.1' },
        }),
      ),
    )
    const words = new Set(statuses.map((it) => `${it.status} ${it.reason}`))
    expect([...words].some((it) => it.startsWith('429'))).toBe(true)
    expect([...words].every((it) => /^4(03|29) /.test(it))).toBe(true)
    const again = await ask(service.edge, '/live/somebody/wrong-x/any.m3u8', {
      headers: { 'X-Forwarded-For': '10.71.0.1' },
    })
    expect(again.reason).toMatch(/^(credentials\.flood|rate\.limited)$/)
  })
})

test('who hangs up on the admin API before being looked at leaves no fault in the log', async () => {
  const { hostname, port, host } = new URL(service.admin)
  const asked = `GET /api/v1/auth HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(3)
  for (let n = 0; n < 100; n++) {
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    await new Promise<void>((written) => socket.write(asked, () => written()))
    const gone = once(socket, 'close')
    socket.resetAndDestroy()
    await gone
  }
  expect((await fetch(new URL('health/live', service.admin))).status).toBe(200)
  expect(service.logs()['control.log'] ?? '').not.toContain('TypeError')
})
