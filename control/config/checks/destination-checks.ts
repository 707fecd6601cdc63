import { isIP } from 'node:net'
import mustache from 'mustache'
import { Value } from 'typebox/value'
import { say } from '../../sentences/sentences.ts'
import { nearestName } from '../problems/nearest.ts'
import { schemaProblems } from '../problems/problems.ts'
import {
  type DestinationConfig,
  type DestinationKind,
  destinationSchema,
} from '../schema/destinations.ts'
import { EVENTS, matchesSomeEvent } from '../schema/events.ts'

/** A problem of a destination's setting. */
export interface DestinationProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
}

type Setting = keyof DestinationConfig

/** Settings of one kind of destination: the required ones (of several names any one) and the optional ones. */
interface KindSettings {
  readonly needs: readonly (readonly Setting[])[]
  readonly takes: readonly Setting[]
}

const HTTP = ['headers', 'headers_file', 'ca_file'] as const
const URL = ['url', 'url_file'] as const
const TOKEN = ['token', 'token_file'] as const
const LOGIN = ['username', 'password', 'password_file'] as const

const KINDS: Readonly<Record<DestinationKind, KindSettings>> = {
  discord: { needs: [URL], takes: ['thread_id', ...HTTP] },
  ntfy: { needs: [['url'], ['topic']], takes: [...TOKEN, ...LOGIN, ...HTTP] },
  webhook: { needs: [URL], takes: ['secret', 'secret_file', ...HTTP] },
  telegram: { needs: [TOKEN, ['chat_id']], takes: ['url', 'thread_id', ...HTTP] },
  email: { needs: [['host'], ['from'], ['to']], takes: ['port', 'tls', 'ca_file', ...LOGIN] },
  gotify: { needs: [['url'], TOKEN], takes: HTTP },
}

const SPECIAL = new Set(
  Object.values(KINDS).flatMap(({ needs, takes }) => [...needs.flat(), ...takes]),
)

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(' or ')

const isSet = (destination: DestinationConfig, name: Setting): boolean =>
  destination[name] !== undefined

/** Pattern of header names (RFC 9110, section 5.6.2); those in `RESERVED_HEADERS` cannot be set. */
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const RESERVED_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection'])

/** The problem of a header; `null` = none. */
export const headerProblem = (name: string, value: string): string | null => {
  if (!HEADER.test(name)) return say('destination.header', { name })
  if (RESERVED_HEADERS.has(name.toLowerCase())) return say('destination.reserved', { name })
  return /[\r\n\0]/.test(value) ? say('destination.header_line', { name }) : null
}

/** Parses an entry of `to`, or `from`: `name <address>` or the address alone, `null` for neither; commas are part of the name. */
export const readMailbox = (text: string): { name: string; address: string } | null => {
  const [, shown = '', inner] = /^(.*?)<([^<>]*)>\s*$/s.exec(text) ?? []
  const address = (inner ?? text).trim()
  const isAddress = /^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(address)
  if (!isAddress || /[\r\n\0]/.test(text)) return null
  return { name: shown.trim().replace(/^"(.*)"$/, '$1'), address }
}

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}

const templateProblem = (text: string): string | null => {
  try {
    mustache.parse(text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : 'is no template'
  }
}

const kindProblems = (destination: DestinationConfig): DestinationProblem[] => {
  const { kind } = destination
  const { needs, takes } = KINDS[kind]
  const known = new Set<Setting>([...needs.flat(), ...takes])
  const missing = needs
    .filter((names) => !names.some((name) => isSet(destination, name)))
    .map((names) => ({ path: [], message: say('destination.needs', { kind, names: code(names) }) }))
  const foreign = [...SPECIAL]
    .filter((name) => isSet(destination, name) && !known.has(name))
    .map((name) => ({ path: [name], message: say('destination.foreign', { kind }) }))
  const twice = [...known]
    .filter((name) => name.endsWith('_file') && name !== 'headers_file' && name !== 'ca_file')
    .flatMap((name): DestinationProblem[] => {
      const plain = name.slice(0, -'_file'.length)
      const isBoth = isSet(destination, name) && Reflect.get(destination, plain) !== undefined
      return isBoth
        ? [{ path: [name], message: say('destination.both', { plain, file: name }) }]
        : []
    })
  return [...missing, ...foreign, ...twice]
}

const eventProblems = ({ events }: DestinationConfig): DestinationProblem[] =>
  events.flatMap((pattern, at) => {
    if (matchesSomeEvent(pattern)) return []
    const meant = nearestName(pattern.replace(/^!/, ''), [...EVENTS])
    const hint =
      meant === null
        ? say('destination.events', { events: EVENTS.join(', ') })
        : say('value.meant', { name: meant })
    return [{ path: ['events', at], message: say('destination.no_event', { pattern, hint }) }]
  })

const mailProblems = ({ kind, from, to, host }: DestinationConfig): DestinationProblem[] => {
  if (kind !== 'email') return []
  const bad = (text: string) => say('destination.no_mailbox', { text })
  const isHost = host === undefined || isIP(host) !== 0 || /^[A-Za-z0-9._-]+$/.test(host)
  return [
    ...(isHost ? [] : [{ path: ['host'], message: say('destination.host') }]),
    ...(from === undefined || readMailbox(from) ? [] : [{ path: ['from'], message: bad(from) }]),
    ...(to ?? []).flatMap((one, at) =>
      readMailbox(one) ? [] : [{ path: ['to', at], message: bad(one) }],
    ),
  ]
}

const loginProblems = (destination: DestinationConfig): DestinationProblem[] => {
  const { username, password, password_file: file } = destination
  const hasPassword = password !== undefined || file !== undefined
  if ((username !== undefined) === hasPassword) return []
  const lacking = hasPassword ? 'username' : 'password'
  return [{ path: [], message: say('destination.login', { lacking }) }]
}

const wordProblems = (destination: DestinationConfig): DestinationProblem[] => {
  const { time_zone: zone, quiet_hours: quiet, template, headers = {} } = destination
  const problems: DestinationProblem[] = []
  if (!isTimeZone(zone)) {
    problems.push({
      path: ['time_zone'],
      message: say('destination.zone', { zone }),
    })
  }
  if (quiet !== undefined && quiet.from === quiet.to) {
    problems.push({ path: ['quiet_hours'], message: say('destination.quiet') })
  }
  for (const part of ['title', 'text'] as const) {
    const why = template?.[part] === undefined ? null : templateProblem(template[part])
    if (why !== null) problems.push({ path: ['template', part], message: why })
  }
  for (const [name, value] of Object.entries(headers)) {
    const why = headerProblem(name, value)
    if (why !== null) problems.push({ path: ['headers'], message: why })
  }
  return problems
}

/** Problems of a destination beyond the schema. */
export const destinationProblems = (destination: DestinationConfig): DestinationProblem[] => [
  ...kindProblems(destination),
  ...loginProblems(destination),
  ...eventProblems(destination),
  ...mailProblems(destination),
  ...wordProblems(destination),
]

const isDestination = (value: unknown): value is DestinationConfig =>
  Value.Check(destinationSchema, value)

/** Parses a destination from the admin API: it with defaults filled in, or every problem. */
export const readDestination = (
  raw: unknown,
):
  | { readonly destination: DestinationConfig }
  | { readonly problems: readonly { readonly path: string; readonly message: string }[] } => {
  const filled: unknown = Value.Default(destinationSchema, structuredClone(raw))
  if (!isDestination(filled))
    return { problems: schemaProblems(destinationSchema, filled, () => 0) }
  const problems = destinationProblems(filled)
  if (problems.length === 0) return { destination: filled }
  return { problems: problems.map(({ path, message }) => ({ path: path.join('.'), message })) }
}
