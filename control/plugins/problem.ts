import type { FastifyError, FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type Static, Type } from 'typebox'
import { ConfigWriteError } from '../config/edit/write-config.ts'
import { ConfigError } from '../config/problems/problems.ts'
import { StoreError } from '../store/sql/errors.ts'
import { type Detail, detail, inEnglish, type ProblemCode, TITLES } from './problem-texts.ts'

/** RFC 9457 problem details, the body of every refusal of the admin API. */
export const problemSchema = Type.Object({
  type: Type.String({ description: 'Stable id: `urn:gatehouse:problem:<code>`.' }),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String({ description: 'What to do about it.' })),
  detailId: Type.Optional(
    Type.String({ description: 'Stable id of `detail`, for words in another language.' }),
  ),
  values: Type.Optional(
    Type.Record(Type.String(), Type.String(), { description: 'What fills `detail` in, by name.' }),
  ),
  errors: Type.Optional(
    Type.Array(
      Type.Object({
        path: Type.String(),
        message: Type.String(),
        rule: Type.Optional(
          Type.String({ description: 'Keyword of JSON Schema that it breaks: `minLength`, …' }),
        ),
        limit: Type.Optional(Type.String({ description: 'What that keyword asks for.' })),
        line: Type.Optional(Type.Integer({ description: 'Line of a configuration.' })),
      }),
      { description: 'Every invalid field.' },
    ),
  ),
})

type Problem = Static<typeof problemSchema>

const STATUSES: Readonly<Record<ProblemCode, number>> = {
  'request.invalid': 400,
  'auth.missing': 401,
  'auth.wrong': 401,
  'auth.refused': 401,
  'totp.required': 401,
  'csrf.wrong': 403,
  'permission.missing': 403,
  'host.refused': 403,
  'not.found': 404,
  conflict: 409,
  'precondition.failed': 412,
  'body.too_large': 413,
  'media.unsupported': 415,
  'state.wrong': 409,
  'config.invalid': 422,
  'rate.limited': 429,
  'store.unavailable': 503,
  'redis.unavailable': 503,
  internal: 500,
}

/** Every invalid field in one sentence. */
const sentenceOf = (errors: Problem['errors']): string | undefined =>
  errors?.map(({ path, message }) => `${path} ${message}`.trim()).join('; ')

/** An expected refusal of the admin API. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly statusCode: number
  /** Every invalid field. */
  readonly errors: Problem['errors']
  /** What its words are in other languages. */
  readonly detail: Detail | null
  constructor(code: ProblemCode, said: Detail | null = null, errors?: Problem['errors']) {
    super(said === null ? (sentenceOf(errors) ?? TITLES[code]) : inEnglish(said))
    this.code = code
    this.errors = errors
    this.detail = said
    this.statusCode = STATUSES[code]
  }
}

const problem = (code: ProblemCode, said?: string | Detail): Problem => {
  const text = typeof said === 'object' ? inEnglish(said) : said
  return {
    type: `urn:gatehouse:problem:${code}`,
    title: TITLES[code],
    status: STATUSES[code],
    ...(text !== undefined && text !== TITLES[code] ? { detail: text } : {}),
    ...(typeof said === 'object' ? { detailId: said.id, values: { ...said.values } } : {}),
  }
}

const codeForStatus = (status: number): ProblemCode => {
  if (status === 404) return 'not.found'
  if (status === 413) return 'body.too_large'
  if (status === 415) return 'media.unsupported'
  if (status === 429) return 'rate.limited'
  return status < 500 ? 'request.invalid' : 'internal'
}

const storeProblem = ({ code, message }: StoreError): Problem => {
  if (code === 'store.query')
    return problem('request.invalid', detail('store.query', { why: message }))
  if (code === 'store.conflict') return problem('conflict', detail('store.conflict'))
  return problem('store.unavailable')
}

/** Details the validator's message leaves out: the unknown field, the allowed values. */
const whichOf = (params: Readonly<Record<string, unknown>>): string => {
  const { additionalProperty: field, additionalProperties: fields, allowedValues: values } = params
  if (typeof field === 'string') return `: '${field}'`
  if (Array.isArray(fields)) return `: ${fields.map((name) => `'${name}'`).join(', ')}`
  return Array.isArray(values) ? `: ${values.join(', ')}` : ''
}

/** What a keyword of JSON Schema asks for, as its errors tell it. */
const limitOf = (params: Readonly<Record<string, unknown>>): { readonly limit?: string } => {
  const { limit, missingProperty, requiredProperties, type, additionalProperties } = params
  const told = [limit, missingProperty, requiredProperties, type, additionalProperties]
  const found = [...told, params['allowedValues']].find((one) => one !== undefined)
  return found === undefined ? {} : { limit: [found].flat().map(String).join(', ') }
}

/** Refusals of parts that know no HTTP; `null` for any other error. */
const expectedProblem = (error: unknown): Problem | null => {
  if (error instanceof ProblemError) {
    const { code, message, errors, detail: said } = error
    return { ...problem(code, said ?? message), ...(errors === undefined ? {} : { errors }) }
  }
  if (error instanceof StoreError) return storeProblem(error)
  if (error instanceof ConfigError) {
    const errors = error.problems.map(({ path, line, message }) => ({ path, line, message }))
    const lines = errors.map(({ path, line, message }) => `line ${line}: ${path} ${message}`)
    return { ...problem('config.invalid', lines.join('; ')), errors }
  }
  if (error instanceof ConfigWriteError)
    return problem('state.wrong', detail('config.unwritable', { why: error.message }))
  return null
}

/** How Fastify refuses a body that is not JSON. */
const NO_JSON: ReadonlySet<string> = new Set([
  'FST_ERR_CTP_EMPTY_JSON_BODY',
  'FST_ERR_CTP_INVALID_JSON_BODY',
])

const problemOf = (error: FastifyError): Problem => {
  const expected = expectedProblem(error)
  if (expected !== null) return expected
  if (error.validation) {
    const place = error.validationContext ?? 'body'
    const errors = error.validation.map(({ instancePath, message, params, keyword }) => ({
      path: `${place}${instancePath}`,
      message: `${message ?? 'is not valid'}${whichOf(params)}`,
      rule: keyword,
      ...limitOf(params),
    }))
    return { ...problem('request.invalid', sentenceOf(errors)), errors }
  }
  if (NO_JSON.has(error.code)) return problem('request.invalid', detail('body.no_json'))
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
        problem(
          'not.found',
          detail('route.missing', {
            method: request.method,
            path: request.url.split('?')[0] ?? '',
          }),
        ),
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
