import { splitSetCookies } from '../domain/cookies/cookie.ts'
import { isGzip } from './gunzip.ts'
import { bytesOf, innerHost, type Request, variable, variablesOf } from './request.ts'

/** An origin's whole response, unpacked where it was gzip. */
export interface OriginAnswer {
  /** 502 too where it broke off, {@link UNREADABLE}, {@link UNREACHABLE}, {@link SILENT} and {@link NOT_READY}. */
  readonly status: number
  readonly body: Uint8Array
  /** Header as sent; empty where it is missing, as are the others. */
  readonly type: string
  readonly encoding: string
  readonly location: string
  readonly cookies: readonly string[]
  /** `WWW-Authenticate` */
  readonly challenge: string
}

/** What an origin is asked for. */
export interface OriginQuestion {
  readonly origin: string
  /** With its query. */
  readonly path: string
  /** `Cookie` to send; empty = none. */
  readonly cookie: string
}

/** Stands for a document that cannot be unpacked, or is longer than the edge reads; no origin answers with it. */
export const UNREADABLE = 598

/** Stands for an origin to which there is no connection; no origin answers with it. */
export const UNREACHABLE = 595

/** Stands for an origin that took the connection and was silent too long; no origin answers with it. */
export const SILENT = 594

/** Stands for an inner server of another release, which asks no origin for this one. */
export const NOT_READY = 596

/** Of a viewer's headers those that are the connection's, or are set anew. */
const OWN =
  /^(?:host|connection|keep-alive|te|upgrade|expect|content-length|transfer-encoding|accept-encoding|cookie|user-agent|referer|x-gh-.*)$/i

/** Stands for an answer that its origin calls video and that does not end, or is longer than a document; no origin answers with it. */
export const STREAM = 597

/** What stands in a text for bytes that are none: better no header than another. */
const LOST = '\uFFFD'

const PLAIN = /^[ -~]+$/

/** Any redirection that is followed. */
const FOUND = 302

/**
 * Names the player, under a name of ours since `ngx.fetch` adds a `User-Agent` of its own, and the page he comes from; a header of a request is a text in njs, so
 * bytes that may be none go as hexadecimal digits.
 */
const namePlayer = (r: Request, headers: Headers): void => {
  for (const [from, text, digits] of [
    ['http_user_agent', 'X-Gh-User-Agent', 'X-Gh-Hex-User-Agent'],
    ['http_referer', 'Referer', 'X-Gh-Hex-Referer'],
  ] as const) {
    const value = variable(r, from)
    if (value === '') continue
    if (PLAIN.test(value)) headers.set(text, value)
    else headers.set(digits, bytesOf(r, from).toString('hex'))
  }
}

const headersFor = (r: Request, { origin, path, cookie }: OriginQuestion): Headers => {
  const headers = new Headers()
  for (const [name = '', value = ''] of r.rawHeadersIn) {
    if (OWN.test(name) || value.includes(LOST)) continue
    try {
      headers.append(name, value)
    } catch {
      // A name or value that no request may have: no origin needs it.
    }
  }
  namePlayer(r, headers)
  headers.set('Host', innerHost(variablesOf(r)))
  headers.set('X-Gh-Address', variable(r, 'remote_addr'))
  headers.set('X-Gh-Origin', origin)
  headers.set('X-Gh-Path', path)
  if (cookie !== '') headers.set('Cookie', cookie)
  return headers
}

/** Questions at most, where workers of another release share the inner server's socket while nginx is upgraded: each goes to any of them. */
const MOST_TURNS = 8

const isOfAnotherRelease = ({ status, headers }: Response): boolean =>
  status === 502 && headers.get('X-Gh-Reason') === 'edge.not_ready'

/** Its status, or what kept nginx from asking for it. */
const statusOf = ({ status }: Response, text: (name: string) => string): number => {
  if (text('X-Gh-Is-Moved') !== '') return FOUND
  if (status !== 502 && status !== 504) return status
  if (text('X-Gh-Unreachable') !== '') return UNREACHABLE
  // One that closed the connection without a word may be restarting: it is waited for.
  return status === 504 && text('X-Gh-Silent-Origin') !== '' ? SILENT : status
}

const ask = async (r: Request, headers: Headers): Promise<OriginAnswer> => {
  const inner = variable(r, 'gh_inner_socket')
  let reply = await ngx.fetch(`http://unix:${inner}:/origin`, { headers })
  for (let turn = 1; turn < MOST_TURNS && isOfAnotherRelease(reply); turn += 1)
    reply = await ngx.fetch(`http://unix:${inner}:/origin`, { headers })
  if (isOfAnotherRelease(reply)) return failed(NOT_READY)
  const text = (name: string): string => reply.headers.get(name) ?? ''
  return {
    status: text('X-Gh-Stream') === '' ? statusOf(reply, text) : STREAM,
    body: new Uint8Array(await reply.arrayBuffer()),
    type: text('Content-Type'),
    encoding: text('Content-Encoding').trim().toLowerCase(),
    location: text('Location'),
    cookies: reply.headers.getAll('Set-Cookie').flatMap(splitSetCookies),
    challenge: text('WWW-Authenticate'),
  }
}

const failed = (status: number): OriginAnswer => ({
  status,
  body: new Uint8Array(0),
  type: '',
  encoding: '',
  location: '',
  cookies: [],
  challenge: '',
})

/** What breaks off later has stalled. */
const STALLED_MS = 10_000

/**
 * Fetches from an origin by way of the inner server, whose proxy keeps connections, resolves names, verifies certificates and unpacks gzip. An answer that
 * breaks off, or cannot be unpacked, is asked for once more, packed, which tells them apart; one that took so long that it has stalled is not.
 */
export const fetchOrigin = async (r: Request, question: OriginQuestion): Promise<OriginAnswer> => {
  const headers = headersFor(r, question)
  const until = Date.now() + STALLED_MS
  try {
    return await ask(r, headers)
  } catch (problem) {
    if (/too large/.test(String(problem))) return failed(UNREADABLE)
    if (Date.now() > until) return failed(SILENT)
  }
  headers.set('Accept-Encoding', 'gzip')
  try {
    const again = await ask(r, headers)
    // What is called so, and is not packed, is read all the same.
    return again.encoding === 'gzip' && isGzip(again.body) ? failed(UNREADABLE) : again
  } catch {
    return failed(502)
  }
}

/** Resolves after `ms` milliseconds. */
export const sleep = async (ms: number): Promise<void> =>
  await new Promise((resolve) => {
    setTimeout(() => resolve(), ms)
  })
