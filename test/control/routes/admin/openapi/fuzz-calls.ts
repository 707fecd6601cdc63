import fc from 'fast-check'
import Schema from 'typebox/schema'
import { type Agent, request } from 'undici'
import { problemSchema } from '../../../../../control/plugins/problem.ts'
import type { Call, Shape } from './described-calls.ts'

const SEED = 20_260_101
const ODD = ['', '\u0000', '..%2f..', '😀', "'; --", '9'.repeat(40), '-1', '203.0.113.9', 'own:x']
const PROBLEM: Shape = { ...problemSchema }

/** Values a schema takes, and one in ten that it may not. */
const valuesOf = (schema: Shape): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 9, arbitrary: fittingOf(schema) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  )

const textsOf = ({ pattern }: Shape): fc.Arbitrary<string> => {
  const free = fc.oneof(fc.constantFrom(...ODD), fc.string({ maxLength: 40 }))
  if (typeof pattern !== 'string') return free
  return fc.oneof(fc.stringMatching(new RegExp(pattern, 'u')), free)
}

const objectsOf = (schema: Shape): fc.Arbitrary<unknown> => {
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, Shape>)
  const model = Object.fromEntries(fields.map(([key, child]) => [key, valuesOf(child)]))
  return fc.record(model, { requiredKeys: (schema['required'] ?? []) as string[] })
}

const BY_TYPE: Readonly<Record<string, (schema: Shape) => fc.Arbitrary<unknown>>> = {
  object: objectsOf,
  array: (schema) => fc.array(valuesOf((schema['items'] ?? {}) as Shape), { maxLength: 3 }),
  integer: ({ minimum = -2, maximum = 2000 }) => {
    const known = { min: Number(minimum), max: Math.min(Number(maximum), 2_000_000_000) }
    return fc.oneof({ weight: 4, arbitrary: fc.integer(known) }, fc.maxSafeInteger())
  },
  number: () => fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
}

const fittingOf = (schema: Shape): fc.Arbitrary<unknown> => {
  const options = (schema['anyOf'] ?? []) as Shape[]
  if (options.length > 0) return fc.oneof(...options.map(valuesOf))
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]))
  const types: unknown[] = Array.isArray(schema['type']) ? schema['type'] : [schema['type']]
  return fc.oneof(...types.map((type) => (BY_TYPE[String(type)] ?? textsOf)(schema)))
}

const sample = (schema: Shape, round: number, at: number): unknown =>
  fc.sample(valuesOf(schema), { numRuns: 1, seed: SEED + round * 101 + at })[0]

/** Path and query of a call, with all optional parameters left out at first, later with a third of them. */
const addressOf = ({ path, operation }: Call, round: number): string => {
  const parameters = operation.parameters ?? []
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const known = parameters.find((it) => it.in === 'path' && it.name === name)
    return encodeURIComponent(String(sample(known?.schema ?? {}, round, 1))) || 'none'
  })
  const query = new URLSearchParams()
  for (const [at, { name, in: place, required, schema }] of parameters.entries())
    if (place === 'query' && (required === true || (round > 0 && (round + at) % 3 !== 0)))
      query.set(name, String(sample(schema, round, at)))
  return `${filled}?${query.toString()}`
}

const bodyFault = (schema: Shape | undefined, kind: string, text: string): string | null => {
  if (schema === undefined || !kind.includes('json') || kind.includes('ndjson')) return null
  return Schema.Check(schema, JSON.parse(text)) ? null : 'a body off its schema'
}

/** What is wrong with an answer: a 5xx, a body off its schema, or a refusal that is no problem document; `null` = nothing. */
const faultOf = (
  { path, operation }: Call,
  status: number,
  kind: string,
  text: string,
): string | null => {
  // Its 503 is an answer: no viewer could be admitted.
  const isRefusal = status >= 400 && path !== '/health/ready'
  if (isRefusal && status >= 500) return `status ${status}`
  if (isRefusal && !kind.includes('problem+json')) return `a refusal as ${kind}`
  const described = operation.responses[String(status)]
  if (!isRefusal && described === undefined) return `status ${status}, which is not described`
  const declared = described?.content?.['application/json']?.schema
  return bodyFault(isRefusal ? PROBLEM : declared, kind, text)
}

/** Sends a call made from its description; `fault` says what is wrong with the answer. */
const sendMadeUp = async (
  call: Call,
  round: number,
  dispatcher: Agent,
): Promise<{ readonly status: number; readonly fault: string | null }> => {
  const address = addressOf(call, round)
  const body = call.operation.requestBody?.content['application/json']
  const headers = { 'content-type': 'application/json' }
  const answer = await request(`http://gatehouse${address}`, {
    dispatcher,
    method: call.method,
    ...(body === undefined ? {} : { body: JSON.stringify(sample(body.schema, round, 7)), headers }),
  })
  const text = await answer.body.text()
  const kind = String(answer.headers['content-type'] ?? '')
  const fault = faultOf(call, answer.statusCode, kind, text)
  const told = `${call.method} ${address}: ${fault ?? ''}: ${text.slice(0, 200)}`
  return { status: answer.statusCode, fault: fault === null ? null : told }
}

/** Streams without end, and what would lock out whoever asks. */
const LEFT_OUT = /\/events$|\/keys|\/users|\/sign-in|^GET \/(?:assets|$)/

const ROUNDS = 4

/** Sends every call several times as its description allows; answers what was wrong, and how many calls were ever taken. */
export const sendAllMadeUp = async (
  calls: readonly Call[],
  dispatcher: Agent,
): Promise<{ readonly faults: readonly string[]; readonly good: number }> => {
  const tried = calls.filter(({ method, path }) => !LEFT_OUT.test(`${method} ${path}`))
  const faults: string[] = []
  const good = new Set<Call>()
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const call of tried) {
      const { status, fault } = await sendMadeUp(call, round, dispatcher)
      if (fault !== null) faults.push(fault)
      if (status < 400) good.add(call)
    }
  }
  return { faults, good: good.size }
}
