import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { classifyAnswer } from '../../../../control/access/authorize/backend-answer.ts'
import { answering, type BackendServer, httpBackend, rawBackend } from './backend-server.ts'
import { authorizer, opening } from './setting.ts'

const running: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of running.splice(0)) await one.close()
})

const ask = async (server: Promise<BackendServer>, ca?: string) => {
  const ready = await server
  const { authorize, client } = authorizer({ urls: [ready.url] }, undefined, ca)
  running.push(ready, client)
  return authorize(opening)
}

describe('what a backend grants', () => {
  it('takes user, cap and duration', async () => {
    const headers = { 'X-UserId': 'ivan', 'X-Max-Sessions': '2', 'X-AuthDuration': '3600' }
    expect(await ask(httpBackend(answering(200, headers)))).toMatchObject({
      account: 'backend:main:ivan',
      maxSessions: 2,
      authDurationSec: 3600,
      unique: false,
    })
  })

  it.each([
    [{}, { account: null, maxSessions: null, authDurationSec: 180 }],
    [{ 'X-AuthDuration': '0' }, { authDurationSec: 0 }],
    [{ 'X-Unique': 'true' }, { unique: true, maxSessions: 1 }],
    [{ 'X-Unique': 'false' }, { unique: false, maxSessions: null }],
    [
      { 'X-Unique': 'true', 'X-Max-Sessions': '5' },
      { unique: true, maxSessions: 5 },
    ],
    [{ 'X-Max-Sessions': '0' }, { maxSessions: null }],
    [{ 'X-Max-Sessions': '999999999999' }, { maxSessions: 1_000_000 }],
    [{ 'X-AuthDuration': '90.9' }, { authDurationSec: 90 }],
    [{ 'X-AuthDuration': '99999999999' }, { authDurationSec: 31_536_000 }],
    [{ 'X-AuthDuration': '-1' }, { authDurationSec: 180 }],
    [{ 'X-AuthDuration': 'soon' }, { authDurationSec: 180 }],
    [{ 'X-UserId': '  ' }, { account: null }],
    [{ 'X-UserId': 'net:10.0.0.1' }, { account: 'backend:main:net:10.0.0.1' }],
    [{ 'X-UserId': 'own:admin' }, { account: 'backend:main:own:admin' }],
    [{ 'X-UserId': 'x'.repeat(256) }, { account: `backend:main:${'x'.repeat(256)}` }],
  ])('case=%j', async (headers, expected) => {
    expect(await ask(httpBackend(answering(200, headers)))).toMatchObject({
      verdict: 'allow',
      ...expected,
    })
  })

  it.each([
    ['200 OK', 'allow', null],
    ['302 Found', 'redirect', 'http://cdn.example.net/a'],
    ['403 Forbidden', 'deny', null],
  ])('whose headers broke off is not taken, and the %s is', async (status, verdict, location) => {
    const headers = 'X-UserId: ivan\r\nX-Unique: true\r\nLocation: http://cdn.example.net/a\r\n'
    const decision = await ask(rawBackend(`HTTP/1.1 ${status}\r\n${headers}`))
    expect(decision).toMatchObject({ verdict, account: null, maxSessions: null, location })
    const detail = 'admitted without its grant: its headers broke off'
    const said = decision.trace.find(({ step }) => step === 'backend')?.detail
    expect(said === detail).toBe(verdict !== 'deny')
  })

  it.each([
    ['X-UserId longer than 256 bytes', `X-UserId: ${'x'.repeat(257)}`],
    [
      'X-UserId of 200 letters but 400 bytes',
      `X-UserId: ${Buffer.from('ж'.repeat(200)).toString('latin1')}`,
    ],
    ['X-UserId with NUL', 'X-UserId: a\0b'],
    ['X-UserId with a bare carriage return', 'X-UserId: a\rX-Max-Sessions: 99'],
    ['X-UserId with a tab', 'X-UserId: a\tb'],
    ['X-UserId that is not UTF-8', 'X-UserId: a\xff\xfeb'],
    ['X-UserId twice, and not the same', 'X-UserId: a\r\nX-UserId: b'],
    ['X-Max-Sessions in words', 'X-Max-Sessions: two'],
    ['X-Max-Sessions below zero', 'X-Max-Sessions: -1'],
    ['X-Max-Sessions with a fraction', 'X-Max-Sessions: 1.5'],
  ])('case=what cannot be read grants nothing: %s', async (_what, header) => {
    const answer = `HTTP/1.1 200 OK\r\n${header}\r\nContent-Length: 0\r\n\r\n`
    const decision = await ask(rawBackend(answer))
    expect(decision).toMatchObject({ verdict: 'allow', account: null, maxSessions: null })
    expect(JSON.stringify(decision.trace)).toContain('admitted without its grant')
  })

  it.each([
    ['no Location', undefined],
    ['a script', 'javascript:alert(1)'],
    ['another scheme', 'file:///etc/passwd'],
    ['a protocol-relative address', '//evil.example.net/x'],
    ['too long', `http://cdn.example.net/${'a'.repeat(2048)}`],
    ['a space within', '/a b'],
  ])('case=302 with a Location that is none is not answering: %s', (_what, location) => {
    expect(classifyAnswer(302, { location }).class).toBe('down')
  })

  it.each(['http://cdn.example.net/a', 'https://cdn/a?b=c', 'rtmp://cdn/app', '/other/index.m3u8'])(
    'case=302 to %s',
    (location) => {
      expect(classifyAnswer(302, { location })).toMatchObject({ class: 'redirect', location })
    },
  )

  it('keeps a refusal whose headers are odd', () => {
    const odd = { 'x-authduration': 'soon', 'x-userid': 'a\0' }
    expect(classifyAnswer(403, odd)).toMatchObject({ class: 'deny', authDurationSec: null })
  })
})

describe('TLS', () => {
  const read = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')
  const tls = { key: read('backend-key.pem'), cert: read('backend-cert.pem') }

  it('counts a backend with an unknown certificate as not answering', async () => {
    const decision = await ask(httpBackend(answering(200), tls))
    expect(decision).toMatchObject({ verdict: 'deny', reason: 'backend.down' })
    expect(decision.trace.find((step) => step.step === 'backend')?.detail).toMatch(/^TLS failed/)
  })

  it('asks one whose certificate is trusted', async () => {
    const server = httpBackend(answering(200, { 'X-UserId': 'u' }), tls)
    expect(await ask(server, tls.cert)).toMatchObject({ account: 'backend:main:u' })
  })
})
