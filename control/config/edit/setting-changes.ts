import type { Config } from '../schema/schema.ts'

/** A setting that two configurations have differently; a value that is not there is `null`. */
export interface SettingChange {
  /** `groups[home].max_sessions`; entries of lists by their name, else by their number. */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
  /** It holds from the next start on; all others at once. */
  readonly needsRestart: boolean
}

/** Settings that hold from start to end of a process, with all below them; those of nginx change as it is reloaded. */
const FIXED = [
  'edge.nginx',
  'edge.socket_group',
  'admin',
  'control',
  'hooks.listen',
  'hooks.allow',
  'hooks.secret_file',
  'redis',
  'store',
  'state',
] as const

const isFixed = (path: string): boolean =>
  FIXED.some((one) => path === one || path.startsWith(`${one}.`) || path.startsWith(`${one}[`))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const labelOf = (entry: unknown, at: number): string =>
  isRecord(entry) && typeof entry['name'] === 'string' ? entry['name'] : String(at)

/** Every value by its path; lists of plain values are one value. */
const flatten = (value: unknown, path: string, into: Map<string, unknown>): void => {
  if (isRecord(value)) {
    for (const [name, child] of Object.entries(value))
      flatten(child, path === '' ? name : `${path}.${name}`, into)
  } else if (Array.isArray(value) && value.some(isRecord)) {
    for (const [at, entry] of value.entries())
      flatten(entry, `${path}[${labelOf(entry, at)}]`, into)
  } else into.set(path, value)
}

const flat = (config: Config): Map<string, unknown> => {
  const values = new Map<string, unknown>()
  flatten(config, '', values)
  return values
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What differs between two configurations with their defaults filled in, in the order of the settings. */
export const settingChanges = (before: Config, after: Config): SettingChange[] => {
  const [old, now] = [flat(before), flat(after)]
  const paths = new Set([...now.keys(), ...old.keys()])
  return [...paths]
    .map((path) => ({
      path,
      before: old.get(path) ?? null,
      after: now.get(path) ?? null,
      needsRestart: isFixed(path),
    }))
    .filter((change) => !isSame(change.before, change.after))
}
