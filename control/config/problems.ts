import type { TSchema } from 'typebox'
import { everyError } from './every-error.ts'
import { ADDRESS_PATTERN } from './fields.ts'
import { type LineOf, pathOfPointer, showPath } from './line-map.ts'

/** One thing wrong with a configuration, in words, with its line. */
export interface ConfigProblem {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** A configuration that cannot be used; lists every problem. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID'
  readonly problems: readonly ConfigProblem[]
  constructor(file: string, problems: readonly ConfigProblem[]) {
    const list = problems.map(({ line, path, message }) => `${file}:${line}: ${path}: ${message}`)
    super(list.join('\n'))
    this.problems = problems
  }
}

interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

const wordFor = (error: SchemaError): string => {
  const params = new Map(Object.entries(error.params))
  if (error.keyword === 'boolean') return "is not a setting; see the README's table"
  if (error.keyword === 'enum')
    return `must be one of ${[params.get('allowedValues')].flat().join(', ')}`
  if (error.keyword === 'required') {
    return `needs ${[params.get('requiredProperties')].flat().join(', ')}`
  }
  if (error.keyword === 'pattern') {
    const pattern = String(params.get('pattern'))
    return pattern === ADDRESS_PATTERN
      ? 'must be an address and a port, such as 0.0.0.0:8080'
      : `has the wrong form (${pattern})`
  }
  return error.message
}

/** All problems of a value against a schema, one per place, unions told as one. */
export const schemaProblems = (
  schema: TSchema,
  value: unknown,
  lineOf: LineOf,
): ConfigProblem[] => {
  const byPath = new Map<string, string>()
  for (const error of everyError(schema, value)) {
    if (error.keyword === 'additionalProperties' || error.keyword === 'anyOf') continue
    const known = byPath.get(error.instancePath)
    const word = wordFor(error)
    byPath.set(error.instancePath, known && known !== word ? `${known}, or ${word}` : word)
  }
  return [...byPath]
    .map(([pointer, message]) => {
      const path = pathOfPointer(pointer)
      return { path: showPath(path) || 'the file', line: lineOf(path), message }
    })
    .sort((a, b) => a.line - b.line)
}
