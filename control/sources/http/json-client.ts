import { Agent, request } from 'undici'
import { say } from '../../sentences/sentences.ts'
import { SourceError, type SourceFailure, type SourceFault } from '../model/source-error.ts'
import { SettingsError } from '../model/source-kind.ts'
import { connectionFault } from './connection-fault.ts'

/** A call to a server's API. */
export interface JsonCall {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  /** Below the server's address, with its leading slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly body?: unknown
}

/** The answer to a call. */
export interface JsonAnswer {
  /** Parsed JSON; `null` where the answer has no body. */
  readonly data: unknown
  /** The server's clock by its `Date` header, in Unix milliseconds; `null` where it sends none. */
  readonly serverNow: number | null
}

/** A server asked for JSON over pooled connections, which are opened when first needed and again after a close. */
export interface JsonClient {
  /** Throws a `SourceError`. */
  ask(call: JsonCall): Promise<JsonAnswer>
  /** Breaks off what runs and closes every connection. */
  close(): Promise<void>
}

/** Options of a client. */
export interface JsonClientOptions {
  /** The product's name, for sentences. */
  readonly title: string
  /** `http://nas:32400`, as `readServerUrl` gives it. */
  readonly base: string
  readonly headers: Readonly<Record<string, string>>
  /** Never shown in a failure. */
  readonly secret: string
  readonly timeoutMs?: number
  readonly connections?: number
  readonly verifyTls?: boolean
  readonly now: () => number
  /** What an operator can do where the token is refused. */
  readonly signInAdvice: string
}

const TIMEOUT_MS = 10_000
const LARGEST_ANSWER = 64 * 1024 * 1024
const LONGEST_QUIET_MS = 15 * 60_000
const USUAL_QUIET_MS = 30_000

const SENTENCES: Readonly<Record<SourceFault, (title: string, f: SourceFailure) => string>> = {
  unauthorized: (title) => say('server.unauthorized', { title }),
  refused: (title, f) =>
    say('server.refused', { title, command: f.command, what: f.detail ?? say('server.no_reason') }),
  status: (title, { status = 0, command, detail }) =>
    detail
      ? say('server.status_why', { title, status, command, what: detail })
      : say('server.status', { title, status, command }),
  timeout: (title, f) => say('server.timeout', { title, command: f.command }),
  unreachable: (title, f) =>
    say('server.unreachable', {
      title,
      command: f.command,
      what: f.detail ?? say('server.unknown'),
    }),
  malformed: (title, f) =>
    say('server.malformed', { title, command: f.command, what: f.detail ?? say('server.no_json') }),
}

/** The error of a failed call, with a sentence for an operator. */
export const jsonError = (
  title: string,
  failure: SourceFailure,
  advice: string | null = null,
): SourceError => new SourceError(SENTENCES[failure.kind](title, failure), failure, advice)

/** A host, `host:port` or URL as the address of a server, without path slashes at its end. Throws a `SettingsError`. */
export const readServerUrl = (raw: string): string => {
  const text = (raw.includes('://') ? raw : `http://${raw}`).replace(/[?#].*$/, '')
  const isWeb = /^https?:\/\//i.test(text) && URL.canParse(text)
  if (!isWeb || raw.trim() === '') throw new SettingsError('url', say('setting.no_url'))
  const url = new URL(text)
  if (url.username !== '' || url.password !== '')
    throw new SettingsError('url', say('setting.login'))
  return url.href.replace(/\/+$/, '')
}

/** How long a server that is asked too often wants to be left alone: `Retry-After` (RFC 9110, 10.2.3), in milliseconds. */
export const retryAfterMs = (header: unknown, now: number): number => {
  const text = typeof header === 'string' ? header.trim() : ''
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST_QUIET_MS)
  const at = text === '' ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? USUAL_QUIET_MS : Math.min(Math.max(0, at - now), LONGEST_QUIET_MS)
}

const parse = (text: string): { readonly data: unknown } | string => {
  if (text.trim() === '') return { data: null }
  try {
    return { data: JSON.parse(text) }
  } catch {
    return text.trimStart().startsWith('<') ? say('server.page') : say('server.broken_json')
  }
}

const dateOf = (header: unknown): number | null => {
  const at = typeof header === 'string' ? Date.parse(header) : Number.NaN
  return Number.isNaN(at) ? null : at
}

const agentOf = ({
  timeoutMs = TIMEOUT_MS,
  connections = 2,
  verifyTls = true,
}: JsonClientOptions) =>
  new Agent({
    connections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs, rejectUnauthorized: verifyTls },
    maxResponseSize: LARGEST_ANSWER,
  })

interface RawAnswer {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** The failure of an answer; `null` for a success. Redirections are not followed, so that tokens are sent to no other server. */
const failureOf = ({ status, headers }: RawAnswer, command: string): SourceFailure | null => {
  if (status >= 200 && status < 300) return null
  if (status === 401) return { kind: 'unauthorized', command, status }
  if (status === 403) return { kind: 'refused', command, status, detail: say('server.forbidden') }
  const location = headers['location']
  const detail =
    typeof location === 'string'
      ? say('server.points', { place: location.split('?')[0] ?? '' })
      : null
  return { kind: 'status', command, status, detail }
}

/** The error of a failure, with the secret masked. */
const errorOf = (
  { title, secret, signInAdvice }: JsonClientOptions,
  failure: SourceFailure,
): SourceError => {
  const blot = (text: string): string =>
    text.replaceAll(secret, '***').replaceAll(encodeURIComponent(secret), '***')
  const { detail } = failure
  const safe = { ...failure, detail: typeof detail === 'string' ? blot(detail) : null }
  return jsonError(title, safe, failure.kind === 'unauthorized' ? signInAdvice : null)
}

/** Creates a client; sends no request yet. */
export const createJsonClient = (options: JsonClientOptions): JsonClient => {
  const { base, headers, now } = options
  const fail = (failure: SourceFailure): SourceError => errorOf(options, failure)
  let agent: Agent | null = null
  let quietUntil = 0
  const fetchRaw = async ({ method = 'GET', path, query, body }: JsonCall): Promise<RawAnswer> => {
    agent ??= agentOf(options)
    const text = query === undefined ? '' : `?${new URLSearchParams(entries(query)).toString()}`
    const answer = await request(`${base}${path}${text}`, {
      method,
      dispatcher: agent,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(2 * (options.timeoutMs ?? TIMEOUT_MS)),
    })
    return {
      status: answer.statusCode,
      text: await answer.body.text(),
      headers: answer.headers,
    }
  }
  return {
    ask: async (call) => {
      const command = call.path
      if (now() < quietUntil)
        throw fail({ kind: 'status', command, status: 429, detail: say('server.alone') })
      let answer: RawAnswer
      try {
        answer = await fetchRaw(call)
      } catch (error) {
        const { kind, text } = connectionFault(error)
        throw fail({ kind: kind === 'broken' ? 'malformed' : kind, command, detail: text })
      }
      if (answer.status === 429 || answer.status === 503) {
        const wait = answer.headers['retry-after']
        if (answer.status === 429 || wait !== undefined)
          quietUntil = now() + retryAfterMs(wait, now())
      }
      const failure = failureOf(answer, command)
      if (failure !== null) throw fail(failure)
      const read = parse(answer.text)
      if (typeof read === 'string') throw fail({ kind: 'malformed', command, detail: read })
      return { ...read, serverNow: dateOf(answer.headers['date']) }
    },
    close: async () => {
      const open = agent
      agent = null
      await open?.destroy()
    },
  }
}

const entries = (query: Readonly<Record<string, string | number>>): [string, string][] =>
  Object.entries(query).map(([name, value]) => [name, String(value)])
