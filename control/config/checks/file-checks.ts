import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { fileProblem } from '../../sentences/file-problems.ts'
import { say } from '../../sentences/sentences.ts'
import { type LineOf, showPath } from '../problems/line-map.ts'
import { ConfigError, type ConfigProblem } from '../problems/problems.ts'

/** Created where it does not exist. */
const MADE = 'admin.token_file'

const MOST_READ_BYTES = 1024
/** What is shorter can be guessed by whoever may ask. */
const LEAST_SECRET = 16

/** Files of secrets that callers present, as many as they like. */
const PRESENTED = 'hooks.secret_file'

/** What is wrong with what a file holds: a blank secret would be one that everybody knows. */
const whyNone = (file: string, setting: string): string | null => {
  const stats = statSync(file)
  if (!stats.isFile() || stats.size > MOST_READ_BYTES) return null
  const { length } = readFileSync(file, 'utf8').trim()
  if (length === 0) return say('setting.empty')
  return setting === PRESENTED && length < LEAST_SECRET
    ? say('secret.short', { least: LEAST_SECRET })
    : null
}

const whyUnreadable = (file: string, setting: string): string | null => {
  try {
    accessSync(file, constants.R_OK)
    return whyNone(file, setting)
  } catch (error) {
    return fileProblem(error)
  }
}

const problemsIn = (
  value: unknown,
  path: readonly (string | number)[],
  lineOf: LineOf,
): ConfigProblem[] => {
  if (typeof value !== 'object' || value === null) return []
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item])
    : Object.entries(value)
  return entries.flatMap(([name, child]) => {
    const here = [...path, name]
    const isNamed = /_(?:file|folder)$/.test(String(name))
    const isFile = typeof child === 'string' && isNamed && here.join('.') !== MADE
    const why = isFile ? whyUnreadable(child, here.join('.')) : null
    if (why === null) return problemsIn(child, here, lineOf)
    return [
      {
        path: showPath(here),
        line: lineOf(here),
        message: say('about', { name: String(child), what: why }),
      },
    ]
  })
}

interface Loaded {
  readonly config: object
  readonly file: string
  readonly lineOf: LineOf
}

/** Every `*_file` and `*_folder` setting that cannot be read. */
export const fileProblems = ({ config, lineOf }: Loaded): ConfigProblem[] =>
  problemsIn(config, [], lineOf)

/** Throws a {@link ConfigError} with all of {@link fileProblems}; called before anything is started. */
export const requireFiles = (loaded: Loaded): void => {
  const problems = fileProblems(loaded)
  if (problems.length > 0) throw new ConfigError(loaded.file, problems)
}
