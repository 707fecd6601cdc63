import type { TSchema } from 'typebox'
import { Settings } from 'typebox/system'
import { Value } from 'typebox/value'

// The library stops at eight by itself, and who mends a file wants to know all of it at once.
const MOST_ERRORS = 1000

/** Everything that keeps a value from fitting a schema. */
export const everyError = (schema: TSchema, value: unknown) => {
  Settings.Set({ maxErrors: MOST_ERRORS })
  return Value.Errors(schema, value)
}
