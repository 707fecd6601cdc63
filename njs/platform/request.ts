import {
  type Address,
  addressOfBytes,
  addressOfV4,
  formatAddress,
  keyOfAddress,
} from '../domain/networks/network.ts'

/** The request as njs hands it to a handler; only this file and reply.ts look inside. */
export type Request = NginxHTTPRequest

/** nginx's variables of a request. Fetched once where it counts: each fetch makes a new object. */
export type Variables = NginxVariables

/** All variables of a request. */
export const variablesOf = (r: Request): Variables => r.variables

/** One nginx variable as text; empty where unset. */
export const variable = (r: Request, name: string): string => r.variables[name] ?? ''

/** The viewer's address as bytes, after nginx's realip: 4 or 16 of them. */
export const addressBytes = (r: Request): Uint8Array =>
  r.rawVariables['binary_remote_addr'] ?? new Uint8Array(4)

/** An IPv4 viewer's address as a number, as nginx itself holds it; reading its text costs five times as much. */
export const quadNumber = (r: Request): number | null => {
  const bytes = r.rawVariables['binary_remote_addr']
  return bytes?.length === 4 ? bytes.readUInt32BE(0) : null
}

/** IPv6 bits that make one viewer, as configured. */
export const networkPrefix = (r: Request): number => Number(r.variables['gh_v6_prefix'] ?? '64')

/** The viewer's address, parsed; v4-mapped ones unwrapped. */
export const viewerAddress = (r: Request): Address | null => {
  const quad = quadNumber(r)
  return quad === null ? addressOfBytes(addressBytes(r)) : addressOfV4(quad)
}

/** nginx writes IPv4 as we do; only what has a colon needs work. */
const isPlain = (address: string): boolean => address !== '' && !address.includes(':')

/** The viewer's address as text. */
export const addressText = (r: Request): string => {
  const text = variable(r, 'remote_addr')
  const address = isPlain(text) ? null : viewerAddress(r)
  return address === null ? text : formatAddress(address)
}

/** The viewer's network key as text. */
export const networkText = (r: Request): string => {
  const text = variable(r, 'remote_addr')
  const address = isPlain(text) ? null : viewerAddress(r)
  return address === null ? text : keyOfAddress(address, { v6Prefix: networkPrefix(r) })
}

/** The method the client used; inside subrequests `r.method` is always GET. */
export const methodOf = (r: Request): string => variable(r, 'request_method')

/** What a form posted, where it was small enough to stay in memory. */
export const bodyText = (r: Request): string => {
  try {
    return r.requestText ?? ''
  } catch {
    return ''
  }
}

/** Status of the answer an upstream gave to this (sub)request. */
export const statusOf = (r: Request): number => r.status

/** A response header of the control plane, including those hidden from the client. */
export const controlHeader = (r: Request, name: string): string =>
  variable(r, `upstream_http_${name.toLowerCase().replaceAll('-', '_')}`)

/** What the control plane answered to a call the edge made by itself. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly reason: string
  readonly denyTtl: number
}

/** Calls the control plane through the inner server, which knows its address, TLS and key. */
export const callControl = async (
  inner: string,
  path: string,
  options: { headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> => {
  const init: NgxFetchOptions = {
    method: options.body === undefined ? 'GET' : 'POST',
    headers: { Host: 'gatehouse', 'Content-Type': 'application/json', ...options.headers },
  }
  if (options.body !== undefined) init.body = options.body
  const response = await ngx.fetch(`http://unix:${inner}:/control${path}`, init)
  return {
    status: response.status,
    body: await response.text(),
    reason: response.headers.get('X-Gatehouse-Reason') ?? '',
    denyTtl: Number(response.headers.get('X-Gh-Deny-Ttl') ?? '0') || 0,
  }
}
