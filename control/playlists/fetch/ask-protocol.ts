import { type Dispatcher, request } from 'undici'
import { MOST_REDIRECTIONS } from '#domain/addresses/redirects'
import type { Protocol } from '#domain/types'
import { basicAuth } from '../../http/basic-auth.ts'
import { targetOf } from './redirection.ts'

/** An opening waits this long for the answer, redirections and all. */
const TIMEOUT_MS = 1_500
const KNOWN_MS = 3_600_000
/** Nobody answered, or not in time. */
const UNKNOWN_MS = 30_000
const MOST_ASKED = 10_000

/** Asks an origin what lies at an address; `null` = nobody says. */
export type AskProtocol = (url: string) => Promise<Protocol | null>

/** What origins answered before, by address. */
export interface KnownProtocols {
  /** `at`: Unix ms of the answer. */
  readonly of: (url: string) => { readonly protocol: Protocol; readonly at: number } | null
  readonly learn: (url: string, protocol: Protocol) => void
}

/** Whether the edge follows a redirection of one origin to another. */
export type MayFollow = (from: string, to: string) => boolean

const byType = (type: string): Protocol | null => {
  if (/mpegurl/i.test(type)) return 'hls'
  if (/dash\+xml/i.test(type)) return 'dash'
  return /^video\/|^audio\//i.test(type) ? 'mpegts' : null
}

/** By how a document begins: a playlist (RFC 8216, section 4.3.1.1), an MPD, or the sync byte of a transport stream (ISO 13818-1). */
const byStart = (bytes: Uint8Array): Protocol | null => {
  if (bytes[0] === 0x47) return 'mpegts'
  const text = Buffer.from(bytes).toString('latin1').trimStart()
  if (/^(?:\xEF\xBB\xBF)?\s*#EXTM3U/.test(text)) return 'hls'
  return /<(?:\w+:)?MPD[\s>]/.test(text) ? 'dash' : null
}

const firstOf = async (body: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  for await (const chunk of body) return chunk
  return new Uint8Array(0)
}

interface Asking {
  readonly mayFollow: MayFollow
  readonly late: AbortSignal
  readonly dispatcher?: Dispatcher
}

/** Only the head of what comes is read: a stream would not end. */
const ask = async (url: URL, ports: Asking, left = MOST_REDIRECTIONS): Promise<Protocol | null> => {
  const stop = new AbortController()
  const { mayFollow, late, dispatcher } = ports
  const answer = await request(url, {
    ...(dispatcher === undefined ? {} : { dispatcher }),
    headers: { 'user-agent': 'Gatehouse', accept: '*/*', ...basicAuth(url) },
    signal: AbortSignal.any([stop.signal, late]),
  })
  answer.body.on('error', () => undefined)
  try {
    const isMoved = answer.statusCode >= 300 && answer.statusCode < 400
    const next = isMoved ? targetOf(String(answer.headers['location'] ?? ''), url) : null
    if (next !== null) {
      return left > 0 && mayFollow(url.origin, next.origin)
        ? await ask(next, ports, left - 1)
        : null
    }
    if (answer.statusCode !== 200) return null
    return (
      byType(String(answer.headers['content-type'] ?? '')) ?? byStart(await firstOf(answer.body))
    )
  } finally {
    stop.abort()
  }
}

/** Asks each address at most once an hour, and once for all who open it at the same moment. `now`: Unix ms; `dispatcher`: what connects to origins. */
export const createAskProtocol = (
  mayFollow: MayFollow,
  known: KnownProtocols,
  {
    now = Date.now,
    ...through
  }: { readonly now?: () => number; readonly dispatcher?: Dispatcher } = {},
): AskProtocol => {
  const asking = new Map<
    string,
    { readonly until: number; readonly answer: Promise<Protocol | null> }
  >()
  return async (address) => {
    // What is remembered, and told to other control planes, is known without a login.
    const url = address.replace(/^(https?:\/\/)[^/?#]*@/, '$1')
    const before = known.of(url)
    if (before !== null && before.at + KNOWN_MS > now()) return before.protocol
    const present = asking.get(url)
    if (present !== undefined && present.until > now()) return await present.answer
    const late = AbortSignal.timeout(TIMEOUT_MS)
    const answer = ask(new URL(address), { mayFollow, late, ...through }).catch(() => null)
    if (asking.size >= MOST_ASKED) asking.clear()
    asking.set(url, { until: now() + UNKNOWN_MS, answer })
    const found = await answer
    if (found !== null) {
      known.learn(url, found)
      asking.delete(url)
    }
    return found
  }
}
