import type { TSchema } from 'typebox'
import { everyError } from './every-error.ts'
import { type LineOf, pathOfPointer, showPath } from './line-map.ts'
import { problemText } from './problem-words.ts'

/** A problem of a configuration, with its line. */
export interface ConfigProblem {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Thrown for an invalid configuration; has every problem. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID'
  readonly problems: readonly ConfigProblem[]
  constructor(file: string, problems: readonly ConfigProblem[]) {
    const list = problems.map(({ line, path, message }) => `${file}:${line}: ${path}: ${message}`)
    super(list.join('\n'))
    this.problems = problems
  }
}

/** Every problem of a value against a schema, one for each place; a union counts as one place. */
export const schemaProblems = (
  schema: TSchema,
  value: unknown,
  lineOf: LineOf,
): ConfigProblem[] => {
  const byPath = new Map<string, string>()
  for (const error of everyError(schema, value)) {
    if (error.keyword === 'additionalProperties' || error.keyword === 'anyOf') continue
    const known = byPath.get(error.instancePath)
    const word = problemText(error, schema)
    byPath.set(error.instancePath, known && known !== word ? `${known}, or ${word}` : word)
  }
  return [...byPath]
    .map(([pointer, message]) => {
      const path = pathOfPointer(pointer)
      return { path: showPath(path) || 'the file', line: lineOf(path), message }
    })
    .sort((a, b) => a.line - b.line)
}
