import { setRoute } from './reply.ts'
import { type Request, variablesOf } from './request.ts'

/** An origin's whole response. */
export interface OriginAnswer {
  readonly status: number
  readonly body: Uint8Array
  /** Header as sent; empty where it is missing, as are the others. */
  readonly type: string
  readonly encoding: string
  readonly location: string
  readonly cookies: readonly string[]
  /** `WWW-Authenticate` */
  readonly challenge: string
  /** Whether the body is as long as the origin said it would be. */
  readonly isWhole: boolean
}

const text = (value: string | string[] | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : value.join(', ')

const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** What an origin is asked for. */
export interface OriginQuestion {
  readonly origin: string
  /** With its query. */
  readonly path: string
  /** `Cookie` to send; empty = none. */
  readonly cookie: string
}

/**
 * Fetches from an origin by a subrequest, so that nginx's proxy keeps connections, resolves names and verifies certificates. `isUnpacked`: nginx unpacks
 * gzip, up to its limit; where that is passed, nginx ends the request.
 */
export const fetchOrigin = async (
  r: Request,
  { origin, path, cookie }: OriginQuestion,
  isUnpacked = false,
): Promise<OriginAnswer> => {
  const variables = variablesOf(r)
  setRoute(variables, { origin, path })
  variables['gh_cookie'] = cookie
  const reply = isUnpacked
    ? await r.subrequest('/_gatehouse/origin-unpacked', { method: 'GET' })
    : await r.subrequest('/_gatehouse/origin', { method: 'GET' })
  const headers: Readonly<Record<string, string | string[] | undefined>> = reply.headersOut
  const body = reply.responseBuffer ?? new Uint8Array(0)
  const length = text(headers['Content-Length'])
  return {
    status: reply.status,
    body,
    type: text(headers['Content-Type']),
    encoding: text(headers['Content-Encoding']).trim().toLowerCase(),
    location: text(headers['Location']),
    cookies: list(headers['Set-Cookie']),
    challenge: text(headers['WWW-Authenticate']),
    isWhole: length === '' || Number(length) === body.length,
  }
}

/** Resolves after `ms` milliseconds. */
export const sleep = async (ms: number): Promise<void> =>
  await new Promise((resolve) => {
    setTimeout(() => resolve(), ms)
  })
