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
  readonly retryAfter: string
}

const text = (value: string | string[] | undefined): string =>
  value === undefined ? '' : typeof value === 'string' ? value : value.join(', ')

const list = (value: string | string[] | undefined): string[] =>
  value === undefined ? [] : typeof value === 'string' ? [value] : value

/** Fetches from an origin by a subrequest, so that nginx's proxy keeps connections, resolves names and verifies certificates. */
export const fetchOrigin = async (
  r: Request,
  origin: string,
  path: string,
  cookie: string,
): Promise<OriginAnswer> => {
  const variables = variablesOf(r)
  setRoute(variables, { origin, path })
  variables['gh_cookie'] = cookie
  const reply = await r.subrequest('/_gatehouse/origin', { method: 'GET' })
  const headers: Readonly<Record<string, string | string[] | undefined>> = reply.headersOut
  return {
    status: reply.status,
    body: reply.responseBuffer ?? new Uint8Array(0),
    type: text(headers['Content-Type']),
    encoding: text(headers['Content-Encoding']).trim().toLowerCase(),
    location: text(headers['Location']),
    cookies: list(headers['Set-Cookie']),
    retryAfter: text(headers['Retry-After']),
  }
}

/** Resolves after `ms` milliseconds. */
export const sleep = async (ms: number): Promise<void> =>
  await new Promise((resolve) => {
    setTimeout(() => resolve(), ms)
  })
