import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import fc from 'fast-check'
import Schema from 'typebox/schema'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { statePaths } from '../../../../control/config/paths.ts'
import { problemSchema } from '../../../../control/plugins/problem.ts'
import { startService, type TestService } from '../../../support/programs/service.ts'

type Shape = Readonly<Record<string, unknown>>

interface Parameter {
  readonly name: string
  readonly in: string
  readonly schema: Shape
}

type Content = Readonly<Record<string, { readonly schema: Shape; readonly example?: unknown }>>

interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Content }
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
  readonly 'x-permission'?: string
}

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly operation: Operation
}

let service: TestService
let dispatcher: Agent
let description: Record<string, unknown>
let calls: Call[]

beforeAll(async () => {
  service = await startService()
  const connect = { socketPath: statePaths(service.state).adminSocket }
  dispatcher = new Agent({ connect, connections: 4 })
  description = (await (
    await fetch(`${service.admin}/api/openapi.json`)
  ).json()) as typeof description
  const paths = description['paths'] as Record<string, Record<string, Operation>>
  calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase() as Call['method'],
      path,
      operation,
    })),
  )
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
      [requestBody, responses['200'], responses['201']].flatMap((it) =>
        Object.values(it?.content ?? {}).map((one) => ({ at: `${method} ${path}`, ...one })),
      ),
    )
    const objects = media.filter(({ schema }) => schema['type'] === 'object')
    expect(objects.length).toBeGreaterThan(100)
    expect(objects.filter(({ example }) => example === undefined).map(({ at }) => at)).toEqual([])
    const wrong = objects.filter(({ schema, example }) => !Schema.Check(schema, example))
    expect(wrong.map(({ at }) => at)).toEqual([])
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
      'GET /api/openapi.json',
      'GET /auth',
      'POST /auth/sign-in',
      'POST /auth/link',
      'POST /auth/sign-out',
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
})

/** Values a schema takes, and with some chance one it does not. */
const valuesOf = (schema: Shape): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 9, arbitrary: fittingOf(schema) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  )

const ODD = [
  '',
  '\u0000',
  '..%2f..',
  '😀',
  "'; --",
  '9'.repeat(40),
  '-1',
  'null',
  '203.0.113.9',
  'own:x',
]

const textsOf = (schema: Shape): fc.Arbitrary<string> => {
  const pattern = schema['pattern']
  const free = fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 40 }))
  return typeof pattern === 'string'
    ? fc.oneof(fc.stringMatching(new RegExp(pattern, 'u')), free)
    : free
}

const fittingOf = (schema: Shape): fc.Arbitrary<unknown> => {
  const options = (schema['anyOf'] ?? []) as Shape[]
  if (options.length > 0) return fc.oneof(...options.map(valuesOf))
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  const type = Array.isArray(schema['type']) ? (schema['type'] as string[]) : [schema['type']]
  const one = (name: unknown): fc.Arbitrary<unknown> => {
    if (name === 'object') {
      const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Shape>)
      const required = (schema['required'] ?? []) as string[]
      const model = Object.fromEntries(fields.map(([key, child]) => [key, valuesOf(child)]))
      return fc.record(model, { requiredKeys: required })
    }
    if (name === 'array')
      return fc.array(valuesOf((schema['items'] ?? {}) as Shape), { maxLength: 3 })
    if (name === 'integer') return fc.oneof(fc.integer({ min: -2, max: 2000 }), fc.maxSafeInteger())
    if (name === 'number') return fc.double({ noNaN: true, noDefaultInfinity: true })
    if (name === 'boolean') return fc.boolean()
    return name === 'null' ? fc.constant(null) : textsOf(schema)
  }
  return fc.oneof(...type.map(one))
}

const PROBLEM: Shape = { ...problemSchema }

/** Streams without end, what would make the service itself go away, and what fetches from elsewhere. */
const LEFT_OUT = /\/events$|\/keys|\/users|\/sign-in|^GET \/(?:assets|$)/

const ROUNDS = 12

describe('whatever is sent', () => {
  it('no answer is a 5xx, and none is off its schema', async () => {
    const tried = calls.filter(({ method, path }) => !LEFT_OUT.test(`${method} ${path}`))
    const seed = 20_260_101
    const wrong: string[] = []
    const seen = new Set<string>()
    const send = async ({ method, path, operation }: Call, round: number): Promise<void> => {
      const sample = (schema: Shape, at: number): unknown =>
        fc.sample(valuesOf(schema), { numRuns: 1, seed: seed + round * 101 + at })[0]
      const parameters = operation.parameters ?? []
      const url = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
        const schema = parameters.find((it) => it.in === 'path' && it.name === name)?.schema ?? {}
        return encodeURIComponent(String(sample({ type: 'string', ...schema }, 1))) || randomUUID()
      })
      const query = new URLSearchParams()
      for (const [at, it] of parameters.entries())
        if (it.in === 'query' && (round + at) % 3 !== 0)
          query.set(it.name, String(sample(it.schema, at)))
      const body = Object.entries(operation.requestBody?.content ?? {}).find(([kind]) =>
        kind.includes('json'),
      )
      const answer = await request(`http://gatehouse${url}?${query.toString()}`, {
        dispatcher,
        method,
        ...(body === undefined
          ? {}
          : {
              body: JSON.stringify(sample(body[1].schema, 7)),
              headers: { 'content-type': 'application/json' },
            }),
      })
      const text = await answer.body.text()
      const kind = String(answer.headers['content-type'] ?? '')
      const { statusCode } = answer
      seen.add(`${method} ${path} ${statusCode < 400 ? 'good' : 'refused'}`)
      const declared =
        operation.responses[String(statusCode)]?.content?.['application/json']?.schema
      const isHealth = path === '/health/ready'
      const schema = statusCode >= 400 && !isHealth ? PROBLEM : declared
      const fits =
        schema === undefined || !kind.includes('json') || Schema.Check(schema, JSON.parse(text))
      const isProblem = statusCode < 400 || isHealth || kind.includes('problem+json')
      if ((statusCode >= 500 && !isHealth) || !fits || !isProblem)
        wrong.push(`${method} ${url}?${query.toString()} -> ${statusCode} ${text.slice(0, 200)}`)
    }
    for (let round = 0; round < ROUNDS; round += 1)
      for (const call of tried) await send(call, round)
    expect(wrong).toEqual([])
    expect([...seen].filter((line) => line.endsWith('good')).length).toBeGreaterThan(60)
  })
})
