import type { FastifySchema } from 'fastify'
import Schema from 'typebox/schema'
import { problemSchema } from '../plugins/problem.ts'

/** A JSON Schema as far as examples are made from it. */
interface Shape {
  readonly type?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly minimum?: number
  readonly minLength?: number
  readonly pattern?: string
  readonly properties?: Readonly<Record<string, Shape>>
  readonly items?: Shape
  readonly minItems?: number
  readonly anyOf?: readonly Shape[]
}

const A_TIME = 1_767_225_600_000

/** What stands in an example for fields of these names. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  account: 'own:0b8e7c1e',
  address: '203.0.113.9',
  country: 'DE',
  group: 'home',
  ip: '203.0.113.9',
  name: 'flat-12',
  network: '203.0.113.0/24',
  subject: '203.0.113.9',
  url: 'https://example.org/',
}

const isTime = (name: string): boolean => /(?:At|_at|[Ss]ince|[Uu]ntil|^at|^from|^to)$/.test(name)

/** Texts that the patterns of the API take. */
const TEXTS = ['text', 'a1b2c3', '08:00', '123456', '0123456789abcdef01234567']

const numberOf = (name: string, { minimum }: Shape): number =>
  isTime(name) ? A_TIME : Math.max(1, Math.ceil(minimum ?? 0))

const textOf = (name: string, { minLength = 0, pattern }: Shape): string => {
  const named = BY_NAME[name]
  const texts = typeof named === 'string' ? [named, ...TEXTS] : TEXTS
  const fits = (text: string) => pattern === undefined || new RegExp(pattern, 'u').test(text)
  return (texts.find(fits) ?? 'text').padEnd(minLength, 'x')
}

const objectOf = ({ properties = {} }: Shape): unknown =>
  Object.fromEntries(Object.entries(properties).map(([key, child]) => [key, exampleOf(child, key)]))

const BY_TYPE: Readonly<Record<string, (schema: Shape, name: string) => unknown>> = {
  object: objectOf,
  array: ({ items, minItems = 1 }, name) =>
    items === undefined ? [] : Array.from({ length: minItems }, () => exampleOf(items, name)),
  integer: (schema, name) => numberOf(name, schema),
  number: (schema, name) => numberOf(name, schema),
  boolean: () => true,
  null: () => null,
}

/** One value a schema takes; objects with every field, lists with one row. */
const exampleOf = (schema: Shape, name = ''): unknown => {
  const [choice] = schema.anyOf ?? []
  if (choice !== undefined) return exampleOf(choice, name)
  // An object's default may leave out what its fields have by themselves.
  const usual = schema.properties === undefined ? schema.default : undefined
  const named = [schema.examples?.[0], schema.const, usual, schema.enum?.[0]]
  const given = named.find((value) => value !== undefined)
  if (given !== undefined) return given
  const [type]: unknown[] = Array.isArray(schema.type) ? schema.type : [schema.type]
  const make = BY_TYPE[String(type)]
  return make === undefined ? textOf(name, schema) : make(schema, name)
}

const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && ('type' in value || 'anyOf' in value)

/** A body with an example; without one where fields depend on each other, so that none is shown that is refused. */
const withExample = (schema: unknown): unknown => {
  if (!isShape(schema) || schema.type === 'null') return schema
  const example = exampleOf(schema)
  return Schema.Check({ ...schema }, example) ? { ...schema, examples: [example] } : schema
}

/** How every refusal is described. */
const refusal = {
  description: 'Problem details (RFC 9457)',
  content: { 'application/problem+json': { schema: problemSchema } },
}

/** What is answered where a route says nothing of it: a removal answers 204 without a body. */
const unsaid = (method: unknown): object =>
  method === 'DELETE' ? { 204: { type: 'null', description: 'Done' } } : {}

const responsesOf = ({ response }: FastifySchema, method: unknown): object => {
  if (typeof response !== 'object' || response === null) return unsaid(method)
  return Object.fromEntries(
    Object.entries(response).map(([status, schema]) => [status, withExample(schema)]),
  )
}

/** An operation as it is described: with examples, the answer of a refusal, and the permission it needs (`x-permission`). */
export const describedOperation = (
  schema: FastifySchema | undefined,
  permission: string | undefined,
  method?: unknown,
): FastifySchema => {
  const { body, ...rest } = schema ?? {}
  const described = {
    ...rest,
    ...(body === undefined ? {} : { body: withExample(body) }),
    ...(permission === 'public' ? { security: [] } : {}),
    response: { ...responsesOf(rest, method), default: refusal },
    'x-permission': permission,
  }
  return described
}
