import { afterEach, describe, expect, it } from 'vitest'
import type { Decision } from '../../../../control/access/authorize/decision.ts'
import {
  answering,
  type BackendServer,
  httpBackend,
  nobodyThere,
  rawBackend,
} from './backend-server.ts'
import { authorizer, opening } from './setting.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

const started = async (server: Promise<BackendServer>): Promise<BackendServer> => {
  const ready = await server
  running.push(ready)
  return ready
}

/** Kinds of backends a row of the table may name. */
const kinds: Record<string, () => Promise<string>> = {
  allow: async () => (await started(httpBackend(answering(200)))).url,
  no_content: async () => (await started(httpBackend(answering(204)))).url,
  slow_allow: async () => {
    const server = httpBackend((_query, response) => {
      setTimeout(() => response.writeHead(200).end(), 150)
    })
    return (await started(server)).url
  },
  redirect: async () => {
    const headers = { location: 'http://cdn.example.net/ort/index.m3u8' }
    return (await started(httpBackend(answering(302, headers)))).url
  },
  moved: async () => {
    const headers = { location: 'https://elsewhere.example.net/auth.php' }
    return (await started(httpBackend(answering(301, headers)))).url
  },
  deny: async () => (await started(httpBackend(answering(403)))).url,
  unauthorized: async () => (await started(httpBackend(answering(401)))).url,
  not_found: async () => (await started(httpBackend(answering(404)))).url,
  error: async () => (await started(httpBackend(answering(500)))).url,
  refused: nobodyThere,
  slow: async () => (await started(rawBackend(null, false))).url,
  dropped: async () => (await started(rawBackend('HTTP/1.1 200 OK'))).url,
  dropped_body: async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'
    return (await started(rawBackend(answer))).url
  },
  stalled_body: async () => {
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'
    return (await started(rawBackend(answer, false))).url
  },
  garbage: async () => (await started(rawBackend('SSH-2.0-OpenSSH_9.6\r\n'))).url,
  big_headers: async () => {
    const answer = `HTTP/1.1 200 OK\r\nX-Pad: ${'a'.repeat(120_000)}\r\n\r\n`
    return (await started(rawBackend(answer))).url
  },
  big_body: async () => {
    const server = httpBackend((_query, response) => {
      response.writeHead(200).end(Buffer.alloc(1_000_000))
    })
    return (await started(server)).url
  },
}

const decide = async (
  names: readonly string[],
  allowDefault: boolean,
  isRunning = false,
): Promise<Decision> => {
  const urls: string[] = []
  for (const name of names) urls.push((await kinds[name]?.()) ?? '')
  const { authorize, client } = authorizer({ urls, allowDefault, timeoutMs: 2_000 })
  running.push(client)
  const previous = { decision: kept, requestNumber: 1, durationSec: 180, bytes: 1000 }
  return authorize(opening, isRunning ? previous : undefined)
}

const kept: Decision = {
  verdict: 'allow',
  reason: 'backend.allow',
  rule: null,
  backend: 'http://backend.example.net/',
  account: 'backend:main:7',
  maxSessions: 2,
  unique: false,
  authDurationSec: 180,
  denySec: 0,
  location: null,
  trace: [],
}

describe('one backend', () => {
  it.each([
    ['allow', 'allow', 'backend.allow'],
    ['no_content', 'allow', 'backend.allow'],
    ['slow_allow', 'allow', 'backend.allow'],
    ['redirect', 'redirect', 'backend.redirect'],
    ['deny', 'deny', 'backend.deny'],
    ['unauthorized', 'deny', 'backend.deny'],
    ['not_found', 'deny', 'backend.deny'],
  ])('case=%s with and without allow default: %s, %s', async (kind, verdict, reason) => {
    expect(await decide([kind], false)).toMatchObject({ verdict, reason })
    expect(await decide([kind], true)).toMatchObject({ verdict, reason })
  })

  it.each([
    ['error', 'answered with status 500'],
    ['moved', 'answered with status 301'],
    ['refused', 'connection refused'],
    ['slow', 'timed out'],
    ['stalled_body', 'timed out'],
    ['dropped', 'connection dropped'],
    ['dropped_body', 'connection dropped'],
    ['garbage', 'malformed answer'],
    ['big_headers', 'oversize headers'],
    ['big_body', 'oversize body'],
  ])('case=%s is not answering (%s)', async (kind, detail) => {
    const [denied, admitted, live] = await Promise.all([
      decide([kind], false),
      decide([kind], true),
      decide([kind], false, true),
    ])
    expect(denied).toMatchObject({ verdict: 'deny', reason: 'backend.down', account: null })
    expect(denied.trace.find((step) => step.step === 'backend')).toMatchObject({
      result: 'down',
      detail,
    })
    expect(admitted).toMatchObject({ verdict: 'allow', reason: 'rule.allow_default' })
    const trace = expect.anything()
    expect(live).toMatchObject({ ...kept, reason: 'backend.kept', authDurationSec: 10, trace })
  })
})

describe('truth table of parallel backends, allow default on and off', () => {
  it.each([
    ['allow', 'allow', 'allow', 'allow', 'allow'],
    ['deny', 'deny', 'deny', 'deny', 'deny'],
    ['deny', 'allow', 'deny', 'allow', 'allow'],
    ['deny', 'slow_allow', 'deny', 'allow', 'allow'],
    ['error', 'error', 'error', 'allow', 'deny'],
    ['error', 'allow', 'refused', 'allow', 'allow'],
    ['error', 'deny', 'refused', 'deny', 'deny'],
    ['slow', 'deny', 'garbage', 'deny', 'deny'],
    ['slow', 'dropped', 'big_body', 'allow', 'deny'],
    ['redirect', 'slow_allow', 'deny', 'allow', 'allow'],
    ['redirect', 'deny', 'error', 'redirect', 'redirect'],
    ['redirect', 'refused', 'error', 'redirect', 'redirect'],
  ])('case=%s %s %s: %s, %s', async (...row) => {
    const [withDefault, without] = row.slice(3)
    const names = row.slice(0, 3)
    const both = await Promise.all([decide(names, true), decide(names, false)])
    expect(both.map(({ verdict }) => verdict)).toEqual([withDefault, without])
  })

  it('lets an allow decide at once, however long the others take', async () => {
    const hanging = await started(rawBackend(null, false))
    const quick = await started(httpBackend(answering(200)))
    const urls = [hanging.url, quick.url]
    const { authorize, client } = authorizer({ urls, timeoutMs: 10_000 })
    const from = performance.now()
    expect(await authorize(opening)).toMatchObject({ verdict: 'allow', backend: quick.url })
    expect(performance.now() - from).toBeLessThan(8_000)
    await hanging.close()
    await client.close()
  })

  it('sends the player where the redirecting backend says', async () => {
    expect(await decide(['deny', 'redirect'], false)).toMatchObject({
      verdict: 'redirect',
      location: 'http://cdn.example.net/ort/index.m3u8',
    })
  })
})
