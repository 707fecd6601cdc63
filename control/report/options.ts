import { readFileSync } from 'node:fs'
import { homeProblems } from '../detect/home-networks.ts'
import { isTimeZone } from '../detect/local-days.ts'
import { PAST_SOURCES } from '../sources/registry.ts'

/** Name of the source that reads Gatehouse's own history. */
export const OWN_HISTORY = 'history'

/** Unchecked options of the command line. */
export interface RawOptions {
  readonly host?: string
  readonly tautulli?: string
  readonly apiKey?: string
  readonly apiKeyFile?: string
  readonly days?: string
  readonly geo?: boolean
  readonly minScore?: string
  readonly minConfidence?: string
  readonly concurrentOnly?: boolean
  readonly timeline?: boolean
  readonly topIps?: boolean
  readonly user?: string
  readonly method?: string
  readonly json?: boolean
  readonly asn?: string
  readonly source?: string
  readonly timeout?: string
  readonly tz?: string
  readonly home?: readonly string[]
  readonly config?: string
  readonly state?: string
}

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Options after checking. */
export interface ReportOptions {
  readonly method: 'gatehouse' | 'compat'
  /** A kind of the sources' registry, or `OWN_HISTORY`. */
  readonly source: string
  readonly host: string | null
  readonly apiKey: string | null
  readonly days: number
  readonly geo: boolean
  readonly minScore: number
  readonly minConfidence: number | null
  readonly concurrentOnly: boolean
  readonly timeline: boolean
  readonly topIps: boolean
  readonly user: string | null
  readonly json: boolean
  readonly asnFile: string | null
  readonly timeoutMs: number
  /** Time zone of the households' days; `null` = solar time where most was played. */
  readonly zone: string | null
  /** Home networks: addresses, CIDRs and ranges. */
  readonly homes: readonly string[]
  /** Configuration file and state folder of the instance whose history is read. */
  readonly config: string | null
  readonly state: string | null
  /** Now, in milliseconds. */
  readonly now: number
}

/** Invalid options; the message lists every problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const firstOf = (...values: (string | undefined)[]): string | null =>
  values.find((value) => value !== undefined && value !== '') ?? null

const LARGEST_DAYS = 36_500
const LONGEST_TIMEOUT_S = 3600

/** Collects problems while reading values. */
const createReader = (problems: string[]) => ({
  integer(name: string, text: string | undefined, fallback: number): number {
    if (text === undefined) return fallback
    if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text)
    problems.push(`${name} needs a whole number, not '${text}'`)
    return fallback
  },
  /** One of the values; the first by default. */
  oneOf<const T extends string>(name: string, text: string | undefined, values: readonly T[]): T {
    const value = values.find((one) => text === undefined || one === text)
    if (value !== undefined) return value
    problems.push(`${name} is one of ${values.join(', ')}, not '${text}'`)
    const [fallback] = values
    if (fallback === undefined) throw new Error(`${name} has no values`)
    return fallback
  },
  file(name: string, path: string): string | null {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'
      problems.push(`${name}: cannot read '${path}' (${code})`)
      return null
    }
  },
})

type Reader = ReturnType<typeof createReader>

/** Name of a source's environment variable: `TAUTULLI_HOST`, `TAUTULLI_API_KEY`. */
const variableOf = (source: string, name: string): string => `${source.toUpperCase()}_${name}`

const keyOf = (raw: RawOptions, fallback: string | undefined, read: Reader): string | null => {
  if (raw.apiKey !== undefined && raw.apiKey !== '') return raw.apiKey
  if (raw.apiKeyFile !== undefined)
    return firstOf(read.file('--api-key-file', raw.apiKeyFile)?.trim())
  return firstOf(fallback)
}

const nowOf = (env: Environment, problems: string[]): number => {
  const text = env['GATEHOUSE_NOW']
  if (text === undefined || text === '') return Date.now()
  const now = Date.parse(text)
  if (Number.isNaN(now)) problems.push(`GATEHOUSE_NOW needs an ISO 8601 time, not '${text}'`)
  return now
}

const zoneOf = (text: string | undefined, problems: string[]): string | null => {
  if (text === undefined || isTimeZone(text)) return text ?? null
  problems.push(`--tz: there is no time zone '${text}'; name one like Europe/Lisbon`)
  return null
}

const homesOf = (texts: readonly string[] | undefined, problems: string[]): string[] => {
  const homes = (texts ?? []).flatMap((text) => text.split(',')).filter((text) => text !== '')
  problems.push(...homeProblems(homes).map((problem) => `--home: ${problem}`))
  return homes
}

const checkRanges = (options: ReportOptions, problems: string[]): void => {
  const { method, days, minConfidence } = options
  const least = method === 'compat' ? -LARGEST_DAYS : 1
  if (days < least || days > LARGEST_DAYS)
    problems.push(`--days is ${least} to ${LARGEST_DAYS}, not ${days}`)
  if (minConfidence !== null && (minConfidence < 0 || minConfidence > 100))
    problems.push(`--min-confidence is 0 to 100, not ${minConfidence}`)
  const seconds = options.timeoutMs / 1000
  if (seconds < 1 || seconds > LONGEST_TIMEOUT_S)
    problems.push(`--timeout is 1 to ${LONGEST_TIMEOUT_S} seconds, not ${seconds}`)
}

/** Reads options: the command line first, then the environment, then defaults. Throws a `UsageError` that lists every problem. */
export const readReportOptions = (
  raw: RawOptions,
  env: Environment,
  kinds: readonly string[] = Object.keys(PAST_SOURCES),
): ReportOptions => {
  const problems: string[] = []
  const read = createReader(problems)
  const source = read.oneOf('--source', raw.source, [...kinds, OWN_HISTORY])
  const variable = (name: string): string | undefined => env[variableOf(source, name)]
  const options: ReportOptions = {
    method: read.oneOf('--method', raw.method, ['gatehouse', 'compat']),
    source,
    host: firstOf(raw.host, raw.tautulli, variable('HOST'), variable('URL')),
    apiKey: keyOf(raw, variable('API_KEY'), read),
    days: read.integer('--days', raw.days, 30),
    geo: raw.geo === true,
    minScore: read.integer('--min-score', raw.minScore, 20),
    minConfidence:
      raw.minConfidence === undefined
        ? null
        : read.integer('--min-confidence', raw.minConfidence, 0),
    concurrentOnly: raw.concurrentOnly === true,
    timeline: raw.timeline === true,
    topIps: raw.topIps === true,
    user: firstOf(raw.user),
    json: raw.json === true,
    asnFile: raw.asn ?? null,
    timeoutMs: read.integer('--timeout', raw.timeout, 30) * 1000,
    zone: zoneOf(raw.tz, problems),
    homes: homesOf(raw.home, problems),
    config: firstOf(raw.config),
    state: firstOf(raw.state),
    now: nowOf(env, problems),
  }
  checkRanges(options, problems)
  if (problems.length > 0) throw new UsageError(problems.join('\n'))
  return options
}
