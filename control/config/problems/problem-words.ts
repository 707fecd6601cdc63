import type { TSchema } from 'typebox'
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
  boolean: 'must be true or false',
  string: 'must be text',
  integer: 'must be a whole number',
  number: 'must be a number',
  array: 'must be a list',
  object: 'must hold settings as `name: value`',
}

const FORMS: Readonly<Record<string, string>> = {
  [ADDRESS_PATTERN]: 'must be an address and a port, such as 0.0.0.0:8080',
  [NAME_PATTERN]: 'must be a name of a-z, 0-9, - and _, 32 characters at most',
  '^[A-Za-z]{2}$': 'must be a country of two letters, such as DE',
  [TIME_PATTERN]: 'must be a time of day, such as 22:30',
  '^https?://': 'must begin with http:// or https://',
  '^https?://[^/]+$': 'must be http:// or https:// and a host, such as https://tv.example.net',
  '^https?://[^/]+/?$': 'must be http:// or https:// and a host, such as http://10.0.0.9:8080',
}

/** The names allowed in a section, found by the schema path of an `additionalProperties` error. */
const namesAt = (schema: TSchema, schemaPath: string): string[] => {
  let here: unknown = schema
  for (const part of [...schemaPath.split('/').slice(1, -1), 'properties'])
    here = typeof here === 'object' && here !== null ? Reflect.get(here, part) : undefined
  return typeof here === 'object' && here !== null ? Object.keys(here) : []
}

const strangerWord = (error: SchemaError, schema: TSchema): string => {
  const name = error.instancePath.slice(error.instancePath.lastIndexOf('/') + 1)
  const meant = nearestName(name, namesAt(schema, error.schemaPath))
  const hint = meant === null ? 'see docs/reference.md' : `did you mean ${meant}?`
  return `is not a setting; ${hint}`
}

/** A validation error as a sentence for operators. */
export const problemText = (error: SchemaError, schema: TSchema): string => {
  const params = new Map<string, unknown>(Object.entries(error.params))
  const listed = (name: string): string => [params.get(name)].flat().join(', ')
  switch (error.keyword) {
    case 'boolean':
      return strangerWord(error, schema)
    case 'enum':
      return `must be one of ${listed('allowedValues')}`
    case 'const':
      return `must be ${listed('allowedValue')}`
    case 'required':
      return `needs ${listed('requiredProperties')}`
    case 'type':
      return TYPES[listed('type')] ?? error.message
    case 'pattern':
      return FORMS[listed('pattern')] ?? `has the wrong form (${listed('pattern')})`
    default:
      return error.message
  }
}
