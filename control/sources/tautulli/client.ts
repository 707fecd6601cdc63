import { setTimeout as pause } from 'node:timers/promises'
import { Agent, interceptors } from 'undici'
import { connectionFault } from '../http/connection-fault.ts'
import { isPassing, type SourceFailure } from '../model/source-error.ts'
import type { TautulliAddress } from './address.ts'
import { TautulliError } from './error.ts'

/** Parameters of an API call; null and undefined ones are left out. */
export type CallParams = Readonly<Record<string, string | number | null | undefined>>

/** One Tautulli, asked over pooled connections: `GET /api/v2?apikey=…&cmd=…`, as Tautulli's `plexpy/api2.py` answers it. */
export interface TautulliClient {
  /**
   * The `data` of a successful answer; otherwise throws a `TautulliError`. Tautulli answers
   * `result: "error"` with status 400 where it has no data, and with 200 where a command failed
   * with a message.
   */
  call(command: string, params?: CallParams): Promise<unknown>
  /** Aborts running requests and closes every connection. */
  close(): Promise<void>
}

/** How to reach a Tautulli. */
export interface ClientOptions {
  readonly address: TautulliAddress
  readonly apiKey: string
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs?: number
  readonly connections?: number
  /** Waits before each further attempt, in milliseconds; their number is the number of retries. */
  readonly backoffMs?: readonly number[]
  /** After so many time-outs in a row a command is not sent for a minute. */
  readonly mostSilences?: number
}

const DEFAULT_TIMEOUT_MS = 30_000
const DEFAULT_BACKOFF_MS = [250, 1000]
const MOST_REDIRECTIONS = 5
const OVERALL_FACTOR = 10
const DEFAULT_MOST_SILENCES = 8
const SILENCE_MS = 60_000
const LARGEST_ANSWER = 256 * 1024 * 1024

interface Answer {
  readonly status: number
  readonly statusText: string
  readonly body: string
}

interface Envelope {
  readonly result: unknown
  readonly message: unknown
  readonly data: unknown
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const envelopeOf = (body: string): Envelope | null => {
  try {
    const parsed: unknown = JSON.parse(body)
    const response = isRecord(parsed) ? parsed['response'] : null
    if (!isRecord(response)) return null
    const { result, message, data } = response
    return { result, message: 'message' in response ? message : 'unknown error', data }
  } catch {
    return null
  }
}

const describeBody = (body: string): string => {
  const start = body.trimStart().slice(0, 1)
  if (start === '') return 'it is empty'
  if (start === '<') return 'it is a web page, not JSON; is the address complete?'
  return start === '{' ? 'its JSON is cut off or broken' : 'it is not JSON'
}

const failureOf = (
  answer: Answer,
  asked: { readonly command: string; readonly url: string },
): SourceFailure => {
  const { status, statusText } = answer
  const message = envelopeOf(answer.body)?.message
  const detail = typeof message === 'string' ? message : null
  const known = { ...asked, status, statusText, detail }
  if (detail === 'Invalid apikey' || status === 401) return { ...known, kind: 'unauthorized' }
  return { ...known, kind: detail !== null && status === 400 ? 'refused' : 'status' }
}

/** Reads an answer as data or as the reason there is none. */
const readAnswer = (
  answer: Answer,
  asked: { readonly command: string; readonly url: string },
): { readonly data: unknown } | SourceFailure => {
  if (answer.status < 200 || answer.status > 299) return failureOf(answer, asked)
  const envelope = envelopeOf(answer.body)
  if (envelope === null) return { ...asked, kind: 'malformed', detail: describeBody(answer.body) }
  if (envelope.result === 'success') return { data: envelope.data }
  const detail = typeof envelope.message === 'string' ? envelope.message : 'None'
  return { ...asked, kind: detail === 'Invalid apikey' ? 'unauthorized' : 'refused', detail }
}

const queryOf = (apiKey: string, command: string, params: CallParams): string => {
  const query = new URLSearchParams({ apikey: apiKey, cmd: command })
  for (const [name, value] of Object.entries(params))
    if (value !== null && value !== undefined) query.set(name, String(value))
  return query.toString()
}

/** The text of an answer; `null` where the connection broke off before its end. */
const wholeText = async (body: { text(): Promise<string> }): Promise<string | null> => {
  try {
    return await body.text()
  } catch (error) {
    if (connectionFault(error).kind === 'unreachable') return null
    throw error
  }
}

const isFailure = (answer: { readonly data: unknown } | SourceFailure): answer is SourceFailure =>
  'kind' in answer

// A server may repeat the key in its answer, also in its status line.
const withoutKey = (failure: SourceFailure, apiKey: string): SourceFailure => {
  const blot = (text: string): string =>
    text.replaceAll(apiKey, '***').replaceAll(encodeURIComponent(apiKey), '***')
  const { detail, statusText } = failure
  return {
    ...failure,
    detail: detail === null || detail === undefined ? null : blot(detail),
    ...(statusText === undefined ? {} : { statusText: blot(statusText) }),
  }
}

const isSilence = (answer: { readonly data: unknown } | SourceFailure): boolean =>
  isFailure(answer) && (answer.kind === 'timeout' || answer.kind === 'unreachable')

/**
 * Counts time-outs in a row by command (a circuit breaker), so that a dead server does not cost a
 * time-out for every call.
 */
const createSilences = (most: number) => {
  const counts = new Map<string, { readonly inARow: number; readonly at: number }>()
  return {
    inARow: (command: string): number => counts.get(command)?.inARow ?? 0,
    isGivenUp: (command: string): boolean => {
      const known = counts.get(command)
      return known !== undefined && known.inARow >= most && Date.now() - known.at < SILENCE_MS
    },
    note: (command: string, isSilent: boolean): void => {
      const inARow = isSilent ? (counts.get(command)?.inARow ?? 0) + 1 : 0
      counts.set(command, { inARow, at: Date.now() })
    },
  }
}

type Asking = (
  command: string,
  params: CallParams,
) => Promise<{ readonly data: unknown } | SourceFailure>

const isRedirection = (status: number): boolean => status >= 300 && status < 400

/** Sends requests over a pool of connections. Looking for redirections costs each request time: it is begun with the first one. */
const createSending = (options: ClientOptions) => {
  const { address, timeoutMs = DEFAULT_TIMEOUT_MS, connections = 8 } = options
  const agent = new Agent({
    connections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: Math.min(timeoutMs, 10_000) },
    maxResponseSize: LARGEST_ANSWER,
  })
  const following = agent.compose(interceptors.redirect({ maxRedirections: MOST_REDIRECTIONS }))
  const headers: Record<string, string> = { accept: 'application/json' }
  if (address.authorization !== null) headers['authorization'] = address.authorization
  const { origin, pathname } = new URL(`${address.base}/api/v2`)
  let isRedirected = false
  const send = async (query: string) => {
    const path = `${pathname}?${query}`
    const signal = AbortSignal.timeout(timeoutMs * OVERALL_FACTOR)
    const asked = { origin, path, method: 'GET', headers, signal } as const
    if (!isRedirected) {
      const answer = await agent.request(asked)
      if (!isRedirection(answer.statusCode)) return answer
      isRedirected = true
      await answer.body.dump()
    }
    return await following.request(asked)
  }
  return { send, destroy: () => agent.destroy() }
}

/** Sends one request; requests fail when the pool is destroyed. */
const createAsking = (options: ClientOptions) => {
  const { address, apiKey } = options
  const { send, destroy } = createSending(options)
  const ask: Asking = async (command, params) => {
    const asked = {
      command,
      get url() {
        return `${address.base}/api/v2?${queryOf('***', command, params)}`
      },
    }
    try {
      const { statusCode, statusText, body } = await send(queryOf(apiKey, command, params))
      const text = await wholeText(body)
      if (text === null) return { ...asked, kind: 'malformed', detail: 'it is cut off' }
      return readAnswer({ status: statusCode, statusText, body: text }, asked)
    } catch (error) {
      const { kind, text } = connectionFault(error)
      return { ...asked, kind: kind === 'broken' ? 'malformed' : kind, detail: text }
    }
  }
  return { ask, destroy }
}

/** Opens a client; nothing is asked yet. */
export const createTautulliClient = (options: ClientOptions): TautulliClient => {
  const { apiKey, backoffMs = DEFAULT_BACKOFF_MS } = options
  const closing = new AbortController()
  const { ask, destroy } = createAsking(options)
  const silences = createSilences(options.mostSilences ?? DEFAULT_MOST_SILENCES)
  const askAgain: Asking = async (command, params) => {
    let answer = await ask(command, params)
    for (const [i, ms] of backoffMs.entries()) {
      if (!isFailure(answer) || !isPassing(answer)) break
      // Silence costs the whole time-out each time: it is tried again once, and only while it is news.
      if (answer.kind === 'timeout' && (i > 0 || silences.inARow(command) > 0)) break
      await pause(ms, undefined, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted) break
      answer = await ask(command, params)
    }
    return answer
  }
  return {
    close: async () => {
      closing.abort()
      await destroy()
    },
    async call(command, params = {}) {
      if (silences.isGivenUp(command))
        throw new TautulliError({ kind: 'timeout', command, detail: 'given up' })
      const answer = await askAgain(command, params)
      silences.note(command, isSilence(answer))
      if (isFailure(answer)) throw new TautulliError(withoutKey(answer, apiKey))
      return answer.data
    },
  }
}
