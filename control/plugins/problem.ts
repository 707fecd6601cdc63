import type { FastifyError, FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type Static, Type } from 'typebox'
import { ConfigWriteError } from '../config/edit/write-config.ts'
import { ConfigError } from '../config/problems/problems.ts'
import { StoreError } from '../store/sql/errors.ts'

/** RFC 9457 problem details, the body of every refusal of the admin API. */
export const problemSchema = Type.Object({
  type: Type.String({ description: 'Stable id: `urn:gatehouse:problem:<code>`.' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String({ description: 'What to do about it.' })),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        path: Type.String(),
        message: Type.String(),
        line: Type.Optional(Type.Integer({ description: 'Line of a configuration.' })),
      }),
      { description: 'Every invalid field.' },
    ),
  ),
})

type Problem = Static<typeof problemSchema>

const TITLES = {
  'request.invalid': [400, 'The request is not valid'],
  'auth.missing': [401, 'An admin token is needed'],
  'auth.wrong': [401, 'The admin token is wrong'],
  'auth.refused': [401, 'Name or password is wrong'],
  'totp.required': [401, 'A code of the second factor is needed'],
  'csrf.wrong': [403, 'The page is out of date: load it again'],
  'permission.missing': [403, 'This token may not do that'],
  'host.refused': [403, 'The admin API does not answer to this host name'],
  'not.found': [404, 'There is no such thing'],
  conflict: [409, 'It is there already'],
  'precondition.failed': [412, 'Somebody else changed it meanwhile: read it again'],
  'body.too_large': [413, 'The body is too large'],
  'media.unsupported': [415, 'Send JSON'],
  'state.wrong': [409, 'That is not possible now'],
  'config.invalid': [422, 'The configuration is not valid; the one in use stays'],
  'rate.limited': [429, 'Too many requests'],
  'store.unavailable': [503, 'The database does not answer'],
  'redis.unavailable': [503, 'Redis does not answer'],
  internal: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemCode = keyof typeof TITLES

/** An expected refusal of the admin API. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly statusCode: number
  /** Every invalid field. */
  readonly errors: Problem['errors']
  constructor(code: ProblemCode, detail?: string, errors?: Problem['errors']) {
    super(detail ?? TITLES[code][1])
    this.code = code
    this.errors = errors
    this.statusCode = TITLES[code][0]
  }
}

const problem = (code: ProblemCode, detail?: string): Problem => ({
  type: `urn:gatehouse:problem:${code}`,
  title: TITLES[code][1],
  status: TITLES[code][0],
  ...(detail !== undefined && detail !== TITLES[code][1] ? { detail } : {}),
})

const codeForStatus = (status: number): ProblemCode => {
  if (status === 404) return 'not.found'
  if (status === 413) return 'body.too_large'
  if (status === 415) return 'media.unsupported'
  if (status === 429) return 'rate.limited'
  return status < 500 ? 'request.invalid' : 'internal'
}

const STORE_CODES: Readonly<Record<string, ProblemCode>> = {
  'store.query': 'request.invalid',
  'store.conflict': 'conflict',
}

/** Details the validator's message leaves out: the unknown field, the allowed values. */
const whichOf = (params: Readonly<Record<string, unknown>>): string => {
  const { additionalProperty: field, additionalProperties: fields, allowedValues: values } = params
  if (typeof field === 'string') return `: '${field}'`
  if (Array.isArray(fields)) return `: ${fields.map((name) => `'${name}'`).join(', ')}`
  return Array.isArray(values) ? `: ${values.join(', ')}` : ''
}

/** Refusals of parts that know no HTTP; `null` for any other error. */
const expectedProblem = (error: unknown): Problem | null => {
  if (error instanceof ProblemError) {
    const { code, message, errors } = error
    return { ...problem(code, message), ...(errors === undefined ? {} : { errors }) }
  }
  if (error instanceof StoreError) {
    const code = STORE_CODES[error.code] ?? 'store.unavailable'
    return problem(code, code === 'store.unavailable' ? undefined : error.message)
  }
  if (error instanceof ConfigError) {
    const errors = error.problems.map(({ path, line, message }) => ({ path, line, message }))
    const detail = errors.map(({ path, line, message }) => `line ${line}: ${path} ${message}`)
    return { ...problem('config.invalid', detail.join('; ')), errors }
  }
  if (error instanceof ConfigWriteError) return problem('state.wrong', error.message)
  return null
}

const problemOf = (error: FastifyError): Problem => {
  const expected = expectedProblem(error)
  if (expected !== null) return expected
  if (error.validation) {
    const place = error.validationContext ?? 'body'
    const errors = error.validation.map(({ instancePath, message, params }) => ({
      path: `${place}${instancePath}`,
      message: `${message ?? 'is not valid'}${whichOf(params)}`,
    }))
    const detail = errors.map(({ path, message }) => `${path} ${message}`).join('; ')
    return { ...problem('request.invalid', detail), errors }
  }
  const code = codeForStatus(error.statusCode ?? 500)
  return problem(code, code === 'internal' ? undefined : error.message)
}

/**
 * Turns every error into problem details; only faults of the server are logged as errors, and their
 * details are never shown.
 */
const problems = (app: FastifyInstance): void => {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const body = problemOf(error)
    if (body.status >= 500) request.log.error({ err: error }, 'request failed')
    return reply.code(body.status).type('application/problem+json').send(body)
  })
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .type('application/problem+json')
      .send(
        problem('not.found', `There is no ${request.method} ${request.url.split('?')[0] ?? ''}`),
      ),
  )
}

export default fp(
  (app: FastifyInstance, _options: object, done) => {
    problems(app)
    done()
  },
  { name: 'problem' },
)
