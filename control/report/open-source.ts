import type { PlaySource } from '../sources/model/play-source.ts'
import { SettingsError } from '../sources/model/source-kind.ts'
import { PAST_SOURCES, type SourceRegistry } from '../sources/registry.ts'
import type { ReportOptions } from './options.ts'

/** Options of a source. */
export interface OpenOptions {
  readonly sources?: SourceRegistry
  /** Concurrent requests. */
  readonly atOnce: number
  readonly backoffMs?: readonly number[]
}

const OPTION_OF = { url: '--host', token: '--api-key' } as const

const problemOf = ({ setting, message }: SettingsError): string =>
  `Error: ${setting === 'url' || setting === 'token' ? OPTION_OF[setting] : setting} ${message}.`

/**
 * Creates the source of the options without sending a request; returns a sentence where that is
 * not possible.
 */
export const openSource = (
  { source, host, apiKey, timeoutMs, now }: ReportOptions,
  { sources = PAST_SOURCES, atOnce, backoffMs }: OpenOptions,
): PlaySource | string => {
  const variable = source.toUpperCase()
  if (host === null || apiKey === null)
    return `Error: provide --host and --api-key (or set ${variable}_HOST / ${variable}_API_KEY).`
  const kind = sources[source]
  if (kind === undefined) return `Error: there is no source '${source}'.`
  const retries = backoffMs === undefined ? {} : { backoffMs }
  const settings = { name: null, url: host, token: apiKey, timeoutMs, connections: atOnce }
  try {
    return kind.create({ ...settings, ...retries }, { now: () => now })
  } catch (error) {
    if (error instanceof SettingsError) return problemOf(error)
    throw error
  }
}
