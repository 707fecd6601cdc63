import { type TSchema } from 'typebox'

type Environment = Readonly<Record<string, string | undefined>>

const propertiesOf = (schema: TSchema): [string, TSchema][] =>
  'properties' in schema && typeof schema.properties === 'object' && schema.properties !== null
    ? Object.entries(schema.properties)
    : []

/** The environment variable of a setting: `GATEHOUSE_EDGE_LISTEN` for `edge.listen`. */
export const environmentName = (setting: string): string =>
  `GATEHOUSE_${setting.replaceAll('.', '_').toUpperCase()}`

/** Settings that can be set by environment variable, by the variable's name: every value outside lists. */
export const environmentNames = (
  schema: TSchema,
  path: readonly string[] = [],
): Map<string, readonly string[]> => {
  const names = new Map<string, readonly string[]>()
  for (const [key, child] of propertiesOf(schema)) {
    const childPath = [...path, key]
    if (propertiesOf(child).length > 0) {
      for (const [name, leaf] of environmentNames(child, childPath)) names.set(name, leaf)
    } else if (!('items' in child)) {
      names.set(environmentName(childPath.join('.')), childPath)
    }
  }
  return names
}

const parseScalar = (text: string): unknown => {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === '' || text === 'null') return null
  return /^-?\d+$/.test(text) ? Number(text) : text
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Applies `GATEHOUSE_*` variables to a raw configuration; changes the given record. */
export const applyEnvironment = (
  raw: Record<string, unknown>,
  schema: TSchema,
  environment: Environment,
): void => {
  for (const [name, path] of environmentNames(schema)) {
    const text = environment[name]
    if (text === undefined) continue
    const last = path.at(-1)
    let holder = raw
    for (const part of path.slice(0, -1)) {
      const next = holder[part]
      const record = isRecord(next) ? next : {}
      holder[part] = record
      holder = record
    }
    if (last !== undefined) holder[last] = parseScalar(text)
  }
}
