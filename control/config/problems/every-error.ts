import type { TSchema } from 'typebox'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'

// The library's default is to stop at eight errors.
const MOST_ERRORS = 1000

/** Every error of a value against a schema. */
export const everyError = (schema: TSchema, value: unknown) => {
  Settings.Set({ maxErrors: MOST_ERRORS })
  return Value.Errors(schema, value)
}
