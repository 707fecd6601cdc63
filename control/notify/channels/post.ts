import { Agent } from 'undici'
import { basicAuth } from '../../http/basic-auth.ts'
import { say } from '../../sentences/sentences.ts'
import { DeliveryError } from '../model/delivery-error.ts'
import type { Destination } from '../model/notifier.ts'

/** One request to a service. */
export interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A service's answer; the body at most 64 KB of it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body where it is JSON, else `null`. */
  readonly json: unknown
}

/** Sends requests to one service. */
export interface Poster {
  /** The answer, of any status; a longer body is cut. Rejects with a {@link DeliveryError} where there is none. */
  post(request: Post): Promise<Answer>
  close(): Promise<void>
}

const MOST_BYTES = 65_536

const WHY: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'the connection was not made in time',
  UND_ERR_SOCKET: 'the connection was cut',
  ECONNRESET: 'the connection was cut',
  ECONNREFUSED: say('connection.refused'),
  ENOTFOUND: say('connection.no_host'),
  EAI_AGAIN: say('connection.no_lookup'),
  EHOSTUNREACH: say('connection.no_way'),
  ENETUNREACH: say('connection.no_network'),
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return error.name
}

/** A sentence why there is no answer, without addresses, which may have secrets. */
export const connectionFailure = (error: unknown, timeoutSec: number): string => {
  const code = codeOf(error)
  if (code === 'TimeoutError') return say('connection.no_answer', { seconds: timeoutSec })
  const known = WHY[code]
  if (known !== undefined) return known
  return /CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)
    ? say('connection.tls', { code })
    : code || 'failed'
}

/** The beginning of a body; what is longer is not read, for the status has said whether the message was taken. */
const beginningOf = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= MOST_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES).toString()
}

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Posts to the service of a destination; does not follow redirections. */
export const createPoster = ({ ca, timeout_sec: timeoutSec }: Destination): Poster => {
  const agent = new Agent({
    connections: 2,
    connect: ca === undefined ? {} : { ca },
  })
  let closing: Promise<void> | null = null
  return {
    post: async ({ url, headers, body }) => {
      const address = new URL(url)
      try {
        const got = await agent.request({
          origin: address.origin,
          path: address.pathname + address.search,
          method: 'POST',
          headers: {
            'user-agent': 'gatehouse',
            ...basicAuth(address),
            ...headers,
          },
          body,
          signal: AbortSignal.timeout(timeoutSec * 1000),
        })
        const text = await beginningOf(got.body)
        return { status: got.statusCode, headers: got.headers, text, json: readJson(text) }
      } catch (error) {
        throw new DeliveryError(connectionFailure(error, timeoutSec), { isPassing: true })
      }
    },
    close: async () => {
      closing ??= agent.close()
      await closing
    },
  }
}
