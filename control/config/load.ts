import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Value } from 'typebox/value'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { fileProblem } from '../sentences/file-problems.ts'
import { say } from '../sentences/sentences.ts'
import { crossProblems } from './checks/cross-checks.ts'
import { applyEnvironment } from './environment.ts'
import { createLineOf, type LineOf } from './problems/line-map.ts'
import { ConfigError, type ConfigProblem, schemaProblems } from './problems/problems.ts'
import { type Config, configSchema } from './schema/schema.ts'

/** A complete, valid and frozen configuration. */
export interface LoadedConfig {
  readonly config: Config
  /** Its file, for messages. */
  readonly file: string
  /** Folder that its relative paths start from. */
  readonly folder: string
  /** Its text, as it was read. */
  readonly text: string
  readonly lineOf: LineOf
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    for (const child of Object.values(value)) deepFreeze(child)
    Object.freeze(value)
  }
  return value
}

/** Whether a setting has names of files or folders: `key_file: a`, `files: [a]`, `asn_files: [a]`, `slates_folder: a`. */
const isFiles = (name: string): boolean => /(?:_file|_folder|(?:^|_)files)$/.test(name)

/** Makes relative file names absolute, from the configuration's folder. Changes the value. */
const anchorFiles = (value: unknown, folder: string): void => {
  const anchored = (child: unknown): unknown =>
    typeof child === 'string' ? resolve(folder, child) : child
  if (Array.isArray(value)) for (const item of value) anchorFiles(item, folder)
  if (!isRecord(value)) return
  for (const [name, child] of Object.entries(value)) {
    if (isFiles(name)) value[name] = Array.isArray(child) ? child.map(anchored) : anchored(child)
    else anchorFiles(child, folder)
  }
}

/** What a YAML document says. Throws {@link ConfigError} for aliases that lead nowhere, or grow without measure. */
const valueOf = (document: Document, file: string): unknown => {
  try {
    return document.toJS() ?? {}
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new ConfigError(file, [{ path: 'YAML', line: 1, message }])
  }
}

const isConfig = (value: unknown): value is Config => Value.Check(configSchema, value)

/** Parses a configuration: defaults, then the text, then environment variables. Throws {@link ConfigError} with every problem. */
export const parseConfig = (
  text: string,
  file: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): LoadedConfig => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const syntax = document.errors.map<ConfigProblem>((error) => ({
    path: 'YAML',
    line: lines.linePos(error.pos[0]).line,
    message: error.message,
  }))
  if (syntax.length > 0) throw new ConfigError(file, syntax)
  const raw = valueOf(document, file)
  if (!isRecord(raw)) {
    throw new ConfigError(file, [{ path: 'the file', line: 1, message: say('value.section') }])
  }
  const lineOf = createLineOf(document, lines)
  applyEnvironment(raw, configSchema, environment)
  const filled: unknown = Value.Default(configSchema, raw)
  const problems = schemaProblems(configSchema, filled, lineOf)
  if (problems.length > 0 || !isConfig(filled)) throw new ConfigError(file, problems)
  const folder = dirname(resolve(file))
  anchorFiles(filled, folder)
  const crossed = crossProblems(filled, lineOf)
  if (crossed.length > 0) throw new ConfigError(file, crossed)
  return {
    config: deepFreeze(filled),
    file,
    folder,
    text,
    lineOf,
  }
}

/** Reads and parses a configuration file. Throws {@link ConfigError} with every problem. */
export const loadConfig = (
  file: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): LoadedConfig => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(file, [{ path: 'the file', line: 1, message: fileProblem(error) }])
  }
  return parseConfig(text, file, environment)
}
