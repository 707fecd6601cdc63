import { basicAuth } from '../../http/basic-auth.ts'
import { createGetClient } from '../../http/client.ts'
import {
  type BackendAnswer,
  classifyAnswer,
  classifyBroken,
  classifyCut,
  downAnswer,
} from './backend-answer.ts'
import type { AnswerClass } from './decision.ts'

const MAX_BODY_BYTES = 65_536

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
  /** Never throws: every failure is an answer of class `down`. */
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

type Counting = { -readonly [K in keyof BackendCounters]: BackendCounters[K] }

/** Makes the client; `now` measures how long answers take. */
export const createBackendClient = (
  now: () => number,
  options: BackendClientOptions = {},
): BackendClient => {
  const client = createGetClient({ ...options, maxBodyBytes: MAX_BODY_BYTES })
  const counted = new Map<string, Counting>()

  const send = async (backend: HttpBackend, query: string): Promise<BackendAnswer> => {
    const url = new URL(backend.url)
    const path = `${url.pathname}${url.search === '' ? '?' : `${url.search}&`}${query}`
    const headers = { accept: '*/*', 'user-agent': 'gatehouse', ...basicAuth(url) }
    const signal = AbortSignal.timeout(backend.timeoutMs)
    // The body is ignored, but a permission is valid only when the body is complete and not too long.
    const answer = await client.get({ url, path, headers, signal })
    const { status, headers: told, broken } = answer
    if (broken !== null) return classifyBroken(status, told, broken)
    return answer.isCut ? classifyCut(status, told) : classifyAnswer(status, told)
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
        downAnswer(error instanceof Error ? error.message : 'failed'),
      )
      counters[answer.class] += 1
      counters.totalMs += now() - startedAt
      return answer
    },
    counters: () => [...counted.values()].map((one) => ({ ...one })),
    close: () => client.close(),
  }
}
