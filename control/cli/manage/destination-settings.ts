import { parse } from 'yaml'
import { destinationSchema } from '../../config/schema/destinations.ts'
import { CliError } from '../common/context.ts'
import { isRow } from '../common/output.ts'
import { readTextFile } from '../common/read-text-file.ts'

type Settings = Record<string, unknown>

/** Type of a setting by the schema; `undefined` for one of several types, or none. */
const typeOf = (path: readonly string[]): unknown => {
  const node = path.reduce<unknown>((schema, name) => {
    const properties: unknown = isRow(schema) ? schema['properties'] : undefined
    return isRow(properties) ? properties[name] : undefined
  }, destinationSchema)
  return isRow(node) ? node['type'] : undefined
}

const wordOf = (text: string): string =>
  text.startsWith('@') ? readTextFile(text.slice(1)).trim() : text

const readValue = (path: readonly string[], text: string, before: unknown): unknown => {
  const type = typeOf(path)
  if (type === 'array') return [...(Array.isArray(before) ? before : []), wordOf(text)]
  if (type === 'integer') return Number(text)
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return wordOf(text)
}

const put = (settings: Settings, path: readonly string[], text: string): void => {
  const [name = '', ...rest] = path
  let holder = settings
  let last = name
  for (const part of rest) {
    const next: unknown = holder[last]
    const inner: Settings = isRow(next) ? { ...next } : {}
    holder[last] = inner
    holder = inner
    last = part
  }
  holder[last] = readValue(path, text, holder[last])
}

/**
 * Settings of `--set name=value`: `quiet_hours.from=22:00` for one within another, `@file` for what a file holds, the
 * same name again for one more entry of a list. Throws {@link CliError}.
 */
export const readSettings = (texts: readonly string[], from: Settings = {}): Settings => {
  const settings = { ...from }
  for (const text of texts) {
    const equals = text.indexOf('=')
    if (equals < 1) throw new CliError(`'${text}' is not name=value`)
    const name = text.slice(0, equals)
    // Names of headers may hold dots.
    const path = name.startsWith('headers.') ? ['headers', name.slice(8)] : name.split('.')
    put(settings, path, text.slice(equals + 1))
  }
  return settings
}

/** A destination of a YAML or JSON file. Throws {@link CliError}. */
export const readSettingsFile = (file: string): Settings => {
  const read: unknown = parse(readTextFile(file))
  if (!isRow(read)) throw new CliError(`${file} must hold settings as \`name: value\``)
  return { ...read }
}
