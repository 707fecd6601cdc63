import { Agent } from 'undici'
import { type BackendAnswer, classifyAnswer, downAnswer } from './backend-answer.ts'
import type { AnswerClass } from './decision.ts'

const MAX_BODY_BYTES = 65_536
const MAX_HEADER_BYTES = 16_384
const CONNECTIONS_PER_BACKEND = 64

/** An HTTP backend as configured. */
export interface HttpBackend {
  readonly url: string
  readonly timeoutMs: number
}

/** Requests to one backend and its answers by class, since the start. */
export interface BackendCounters extends Readonly<Record<AnswerClass, number>> {
  readonly url: string
  readonly requests: number
  readonly totalMs: number
}

/** HTTP client for auth backends, with keep-alive. */
export interface BackendClient {
  /** Never throws: whatever goes wrong is an answer of class `down`. */
  ask(backend: HttpBackend, query: string): Promise<BackendAnswer>
  counters(): readonly BackendCounters[]
  close(): Promise<void>
}

export interface BackendClientOptions {
  /** PEM of a CA to trust beside the system's. */
  readonly ca?: string
}

/** A backend's address as it may be shown: without credentials and query. */
export const backendLabel = (url: string): string => {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

const basicAuth = (url: URL): Record<string, string> => {
  if (url.username === '' && url.password === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

const FAILURES: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_OVERFLOW: 'oversize headers',
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'oversize body',
  UND_ERR_CONNECT_TIMEOUT: 'connection timed out',
  UND_ERR_SOCKET: 'connection dropped',
  ECONNRESET: 'connection dropped',
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
}

const describeFailure = (error: unknown): string => {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'TimeoutError') return 'timed out'
  if (error.name === 'HTTPParserError') return 'malformed answer'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = FAILURES[code]
  if (known !== undefined) return known
  if (/CERT|TLS|SSL|SELF_SIGNED/.test(code)) return `TLS failed: ${code}`
  return code === '' ? error.name : code
}

/** A server may close an idle connection just as it is used again: RFC 9110 lets a GET be sent once more. */
const isStaleConnection = (error: unknown): boolean => {
  if (!(error instanceof Error) || !('socket' in error)) return false
  const socket: unknown = error.socket
  if (typeof socket !== 'object' || socket === null || !('bytesRead' in socket)) return false
  return error.message === 'other side closed' && Number(socket.bytesRead) > 0
}

const createAgent = ({ ca }: BackendClientOptions): Agent =>
  new Agent({
    connections: CONNECTIONS_PER_BACKEND,
    pipelining: 1,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: MAX_BODY_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 4_000,
    connect: ca === undefined ? {} : { ca },
  })

type Counting = { -readonly [K in keyof BackendCounters]: BackendCounters[K] }

/** Makes the client; `now` measures how long answers take. */
export const createBackendClient = (
  now: () => number,
  options: BackendClientOptions = {},
): BackendClient => {
  const agent = createAgent(options)
  const counted = new Map<string, Counting>()

  const send = async (backend: HttpBackend, query: string): Promise<BackendAnswer> => {
    const url = new URL(backend.url)
    const path = `${url.pathname}${url.search === '' ? '?' : `${url.search}&`}${query}`
    const headers = { accept: '*/*', 'user-agent': 'gatehouse', ...basicAuth(url) }
    const signal = AbortSignal.timeout(backend.timeoutMs)
    const once = async (): Promise<BackendAnswer> => {
      const got = await agent.request({ origin: url.origin, path, method: 'GET', headers, signal })
      // The body says nothing, but an answer counts only when it is whole and within its size.
      await got.body.bytes()
      return classifyAnswer(got.statusCode, got.headers)
    }
    return once().catch((error: unknown) => {
      if (isStaleConnection(error)) return once()
      throw error
    })
  }

  const countersOf = (url: string): Counting => {
    const found = counted.get(url)
    if (found !== undefined) return found
    const fresh = { url, requests: 0, totalMs: 0, allow: 0, redirect: 0, deny: 0, down: 0 }
    counted.set(url, fresh)
    return fresh
  }

  return {
    async ask(backend, query) {
      const counters = countersOf(backendLabel(backend.url))
      counters.requests += 1
      const startedAt = now()
      const answer = await send(backend, query).catch((error: unknown) =>
        downAnswer(describeFailure(error)),
      )
      counters[answer.class] += 1
      counters.totalMs += now() - startedAt
      return answer
    },
    counters: () => [...counted.values()].map((one) => ({ ...one })),
    close: () => agent.close(),
  }
}
