import type { TSchema } from 'typebox'
import { say } from '../../sentences/sentences.ts'
import { TIME_PATTERN } from '../schema/destinations.ts'
import { ADDRESS_PATTERN, NAME_PATTERN } from '../schema/fields.ts'
import { nearestName } from './nearest.ts'

/** A validation error of the schema library. */
export interface SchemaError {
  readonly keyword: string
  readonly schemaPath: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

const TYPES: Readonly<Record<string, string>> = {
  boolean: say('value.boolean'),
  string: say('value.text'),
  integer: say('value.integer'),
  number: say('value.number'),
  array: say('value.list'),
  object: say('value.section'),
}

const FORMS: Readonly<Record<string, string>> = {
  [ADDRESS_PATTERN]: say('value.address'),
  [NAME_PATTERN]: say('value.name'),
  '^[A-Za-z]{2}$': say('value.country'),
  [TIME_PATTERN]: say('value.time'),
  '^https?://': say('value.http'),
  '^https?://[^/]+$': say('value.site'),
  '^https?://[^/@]+/?$': say('value.origin'),
  '^https?://[^/@]+': say('value.http'),
  '^https?://[^/?#\\s@]+(?:/[A-Za-z0-9._~-]+)*/?$': say('value.site_below'),
  '^(?:/[A-Za-z0-9._~-]+)+$': say('value.below'),
  '^\\$[a-z0-9_]+$': say('value.variable'),
  '^(postgres(ql)?://|duckdb:)': say('value.store'),
  '^rediss?://|^unix:': say('value.redis'),
}

const schemaAt = (schema: TSchema, path: readonly string[]): unknown => {
  let here: unknown = schema
  for (const part of path)
    here = typeof here === 'object' && here !== null ? Reflect.get(here, part) : undefined
  return here
}

/** The names allowed in a section, found by the schema path of an `additionalProperties` error. */
const namesAt = (schema: TSchema, schemaPath: string): string[] => {
  const names = schemaAt(schema, [...schemaPath.split('/').slice(1, -1), 'properties'])
  return typeof names === 'object' && names !== null ? Object.keys(names) : []
}

/** What a value of another type must be: of its form, where it has one that is known. */
const typeWord = (error: SchemaError, schema: TSchema, type: string): string => {
  const pattern = schemaAt(schema, [...error.schemaPath.split('/').slice(1), 'pattern'])
  const form = typeof pattern === 'string' ? FORMS[pattern] : undefined
  return form ?? TYPES[type] ?? error.message
}

const strangerWord = (error: SchemaError, schema: TSchema): string => {
  const name = error.instancePath.slice(error.instancePath.lastIndexOf('/') + 1)
  const meant = nearestName(name, namesAt(schema, error.schemaPath))
  const hint = meant === null ? say('value.see_reference') : say('value.meant', { name: meant })
  return say('value.stranger', { hint })
}

/** A validation error as a sentence for operators. */
export const problemText = (error: SchemaError, schema: TSchema): string => {
  const params = new Map<string, unknown>(Object.entries(error.params))
  const listed = (name: string): string => [params.get(name)].flat().join(', ')
  switch (error.keyword) {
    case 'boolean':
      return strangerWord(error, schema)
    case 'enum':
      return say('value.one_of', { values: listed('allowedValues') })
    case 'const':
      return say('value.only', { value: listed('allowedValue') })
    case 'required':
      return say('value.needs', { names: listed('requiredProperties') })
    case 'type':
      return typeWord(error, schema, listed('type'))
    case 'pattern':
      return FORMS[listed('pattern')] ?? say('value.form', { form: listed('pattern') })
    default:
      return error.message
  }
}
