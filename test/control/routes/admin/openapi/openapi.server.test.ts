import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import Schema from 'typebox/schema'
import { Agent } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageRoot, statePaths } from '../../../../../control/config/paths.ts'
import { resolveTool } from '../../../../../control/runtime/resolve.ts'
import { type Description, operationsText } from '../../../../../scripts/client/operations-text.ts'
import { startService, type TestService } from '../../../../support/programs/service.ts'
import { type Call, callsOf, isDescribed, type Shape } from './described-calls.ts'
import { sendAllMadeUp } from './fuzz-calls.ts'

let service: TestService
let dispatcher: Agent
let description: Shape
let calls: Call[]

beforeAll(async () => {
  service = await startService()
  const connect = { socketPath: statePaths(service.state).adminSocket }
  dispatcher = new Agent({ connect, connections: 4 })
  description = (await (await fetch(`${service.admin}/api/openapi.json`)).json()) as Shape
  calls = callsOf(description)
}, 300_000)
afterAll(async () => {
  await dispatcher?.close()
  await service?.stop()
})

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(description)
    expect([valid, errors]).toEqual([true, undefined])
    expect(validator.version).toBe('3.1')
  })

  it('has examples that its own schemas take', () => {
    const media = calls.flatMap(({ method, path, operation: { requestBody, responses } }) =>
      [requestBody, responses['200'], responses['201']].flatMap((part) =>
        Object.entries(part?.content ?? {})
          .filter(([mediaType]) => mediaType === 'application/json')
          .map(([, one]) => ({ at: `${method} ${path}`, ...one })),
      ),
    )
    const shown = media.filter(({ example }) => example !== undefined)
    expect(media.filter((one) => !shown.includes(one)).map(({ at }) => at)).toEqual([])
    const wrong = shown.filter(({ schema, example }) => !Schema.Check(schema, example))
    expect(wrong.map(({ at }) => at)).toEqual([])
  })
})

describe('every answer', () => {
  it('that is no refusal has a schema', () => {
    const bare = calls.filter((call) => !isDescribed(call))
    expect(bare.map(({ method, path }) => `${method} ${path}`)).toEqual([])
  })
})

describe('the typed client', () => {
  it('has the types of the document; `npm run client` writes them anew', () => {
    const file = join(packageRoot(), 'control/client/operations.ts')
    expect(readFileSync(file, 'utf8')).toBe(operationsText(description as unknown as Description))
  })
})

/** What an operator works with, and the call that shows it. */
const SUBJECTS: Readonly<Record<string, string>> = {
  accounts: '/accounts',
  groups: '/groups',
  networks: '/networks',
  playlists: '/sources',
  downloads: '/downloads',
  surge: '/surge',
  rules: '/rules',
  'auth backends': '/config',
  sessions: '/sessions',
  bans: '/bans',
  findings: '/findings',
  trust: '/accounts/own:x/trust',
  feedback: '/feedback',
  history: '/history/plays',
  'media servers': '/media-servers',
  people: '/people',
  suggestions: '/people/suggestions',
  destinations: '/destinations',
  imports: '/imports',
  'sign-ins': '/sign-ins',
  audit: '/audit',
  explanations: '/explain?ip=203.0.113.9',
  'versions of the configuration': '/config/versions',
}

describe('an operator', () => {
  it.each(Object.entries(SUBJECTS))('reads %s', async (_, path) => {
    const answer = await service.api(`/api/v1${path}`)
    expect(answer.status).toBe(200)
    expect(await answer.json()).toBeTypeOf('object')
  })

  it('does what belongs to each subject', () => {
    const known = new Set(calls.map(({ method, path }) => `${method} ${path.slice(7)}`))
    const wanted = [
      'PATCH /accounts/{id}',
      'POST /accounts/bulk',
      'POST /downloads/{id}/revoke',
      'PUT /surge/{name}',
      'PUT /rules/{id}',
      'POST /backtest',
      'DELETE /sessions/{id}',
      'POST /sessions/{id}/message',
      'POST /bans/bulk',
      'POST /findings/bulk',
      'POST /accounts/{id}/feedback',
      'POST /media-servers',
      'POST /people/merge',
      'POST /people/{id}/split',
      'PATCH /destinations/{name}',
      'POST /imports',
      'POST /imports/{id}/cancel',
      'POST /config/validate',
      'POST /config/diff',
      'PUT /config',
      'POST /config/versions/{id}/restore',
      'PUT /log-level',
      'POST /tickets',
    ]
    expect(wanted.filter((one) => !known.has(one))).toEqual([])
  })
})

describe('every route', () => {
  it('declares a permission; what is public is known by name', () => {
    const open = calls.filter(({ operation }) => operation['x-permission'] === 'public')
    expect(calls.filter(({ operation }) => operation['x-permission'] === undefined)).toEqual([])
    expect(open.map(({ method, path }) => `${method} ${path.replace('/api/v1', '')}`)).toEqual([
      'GET /health/live',
      'GET /health/ready',
      'GET /',
      'GET /assets/{*}',
      'GET /app.webmanifest',
      'GET /worker.js',
      'GET /components',
      'GET /api/openapi.json',
      'PUT /auth/password',
      'GET /auth',
      'POST /auth/sign-in',
      'POST /auth/link',
      'POST /auth/sign-out',
      'GET /auth/oidc',
      'GET /auth/oidc/callback',
      'GET /auth/sign-ins',
      'DELETE /auth/sign-ins/{id}',
      'POST /auth/totp',
      'PUT /auth/totp',
      'DELETE /auth/totp',
    ])
  })

  it('refuses who has no token, and a token with another scope', async () => {
    const made = await service.api('/api/v1/api-tokens', {
      method: 'POST',
      body: JSON.stringify({ name: 'nothing', scopes: ['nothing:read'] }),
      headers: { 'content-type': 'application/json' },
    })
    expect(made.status).toBe(201)
    const { token } = (await made.json()) as { token: string }
    const closed = calls.filter(({ operation }) => operation['x-permission'] !== 'public')
    expect(closed.length).toBeGreaterThan(100)
    for (const { method, path } of closed) {
      const url = service.admin + path.replaceAll(/\{[^}]+\}/g, 'x')
      const headers = { authorization: `Bearer ${token}` }
      const statuses = [await fetch(url, { method }), await fetch(url, { method, headers })]
      expect([method, path, ...statuses.map(({ status }) => status)]).toEqual([
        method,
        path,
        401,
        403,
      ])
    }
  })

  it('lets a token do what its scopes say, and give away no more than it has', async () => {
    const json = { 'content-type': 'application/json' }
    const make = async (scopes: readonly string[], authorization?: string) =>
      await service.api('/api/v1/api-tokens', {
        method: 'POST',
        body: JSON.stringify({ name: 'some', scopes }),
        headers: { ...json, ...(authorization === undefined ? {} : { authorization }) },
      })
    const { token } = (await (await make(['api-tokens:*', 'bans:read'])).json()) as {
      token: string
    }
    const asToken = async (path: string, method = 'GET') =>
      (
        await fetch(`${service.admin}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${token}` },
        })
      ).status
    expect(await asToken('/bans')).toBe(200)
    expect(await asToken('/bans/network/203.0.113.1', 'DELETE')).toBe(403)
    expect(await asToken('/accounts')).toBe(403)
    const headers = { ...json, authorization: `Bearer ${token}` }
    const give = async (scopes: readonly string[]) =>
      (
        await fetch(`${service.admin}/api/v1/api-tokens`, {
          method: 'POST',
          headers,
          body: JSON.stringify({ name: 'x', scopes }),
        })
      ).status
    expect(await give(['bans:read'])).toBe(201)
    expect(await give(['bans:write'])).toBe(403)
    expect(await give(['*'])).toBe(403)
    expect((await make(['no scope'])).status).toBe(400)
  })

  it('a token is limited with its maker, and goes with him; the audit log says so', async () => {
    const json = { 'content-type': 'application/json' }
    const owned = async (method: string, path: string, body?: object) =>
      await service.api(`/api/v1${path}`, {
        method,
        headers: body === undefined ? {} : json,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    const person = { name: 'otto', role: 'owner', password: 'correct horse battery' }
    await owned('POST', '/users', { ...person, name: 'olga' })
    const { id } = (await (await owned('POST', '/users', person)).json()) as { id: string }
    const entry = await fetch(`${service.admin}/api/v1/auth/sign-in`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ name: person.name, password: person.password }),
    })
    expect(entry.status).toBe(200)
    const { csrf } = (await entry.json()) as { csrf: string }
    const [cookie = ''] = (entry.headers.get('set-cookie') ?? '').split(';')
    const made = await fetch(`${service.admin}/api/v1/api-tokens`, {
      method: 'POST',
      headers: { ...json, cookie, 'x-gatehouse-csrf': csrf },
      body: JSON.stringify({ name: 'his', scopes: ['*'] }),
    })
    const { token } = (await made.json()) as { token: string }
    const asHis = async (path: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${service.admin}/api/v1${path}`, { headers })).status
    }
    const may = async () => [await asHis('/users'), await asHis('/bans'), await asHis('/sessions')]
    expect(await may()).toEqual([200, 200, 200])
    await owned('PATCH', `/users/${id}`, { role: 'operator' })
    expect(await may()).toEqual([403, 200, 200])
    await owned('PATCH', `/users/${id}`, { role: 'viewer' })
    expect(await may()).toEqual([403, 403, 200])
    expect((await owned('DELETE', `/users/${id}`)).status).toBe(204)
    expect(await may()).toEqual([401, 401, 401])
    const audit = await (await owned('GET', '/audit?subject=otto&limit=50')).text()
    expect(audit).toContain('"tokensLimited":["his"]')
    expect(audit).toContain('"tokensRemoved":["his"]')
  })
})

describe('the metrics', () => {
  const promtool = async (args: readonly string[], input = '') => {
    const { argv } = await resolveTool('promtool')
    const [program = '', ...before] = argv
    const { status, stdout, stderr } = spawnSync(program, [...before, ...args], {
      input,
      encoding: 'utf8',
    })
    return { status, said: stdout + stderr }
  }

  it('of the running service and the alert rules are what Prometheus takes, without a complaint', async () => {
    const text = await (await service.api('/metrics')).text()
    expect(text).toContain('gatehouse_sessions')
    expect(await promtool(['check', 'metrics'], text)).toEqual({ status: 0, said: '' })
    const rules = join(packageRoot(), 'docs/metrics/alerts.yaml')
    const checked = await promtool(['check', 'rules', rules])
    expect([checked.status, checked.said]).toEqual([0, expect.stringContaining('SUCCESS')])
    expect((await promtool(['check', 'metrics'], 'no metric at all\n')).status).not.toBe(0)
  }, 300_000)
})

describe('whatever is sent', () => {
  it('no answer is a 5xx, and none is off its schema', async () => {
    const { faults, good } = await sendAllMadeUp(calls, dispatcher)
    expect(faults).toEqual([])
    // Calls that are only ever refused would try nothing behind the first check.
    expect(good).toBeGreaterThan(30)
  })
})
