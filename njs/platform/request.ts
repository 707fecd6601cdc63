import {
  type Address,
  addressOfBytes,
  addressOfV4,
  formatAddress,
  keyOfAddress,
} from '../domain/networks/network.ts'

/** The request that njs passes to a handler; only this file and reply.ts use its members, and of `variables` the check of every manifest. */
export type Request = NginxHTTPRequest

/** nginx's variables of a request; each read of `r.variables` makes a new object. */
export type Variables = NginxVariables

/** All variables of a request. */
export const variablesOf = (r: Request): Variables => r.variables

/** An nginx variable as text; empty where unset. */
export const variable = (r: Request, name: string): string => r.variables[name] ?? ''

/** The same as it stands, whether a text or not. */
export const bytesOf = (r: Request, name: string): Buffer => r.rawVariables[name] ?? Buffer.alloc(0)

/** The viewer's address after nginx's realip module, as 4 or 16 bytes. */
export const addressBytes = (r: Request): Uint8Array =>
  r.rawVariables['binary_remote_addr'] ?? new Uint8Array(4)

/** The viewer's IPv4 address as a number; `null` for IPv6. Reading the address as text costs five times as much. */
export const quadNumber = (r: Request): number | null => {
  const bytes = r.rawVariables['binary_remote_addr']
  return bytes?.length === 4 ? bytes.readUInt32BE(0) : null
}

/** Configured length of the IPv6 prefix that counts as one network. */
export const networkPrefix = (r: Request): number => Number(r.variables['gh_v6_prefix'] ?? '64')

/** The viewer's address; an IPv4-mapped one becomes IPv4. */
export const viewerAddress = (r: Request): Address | null => {
  const quad = quadNumber(r)
  return quad === null ? addressOfBytes(addressBytes(r)) : addressOfV4(quad)
}

/** Whether nginx's text of an address is canonical as it is: true of IPv4. */
const isPlain = (address: string): boolean => address !== '' && !address.includes(':')

/** The viewer's address and network key, each as text. */
export const addressAndNetwork = (
  r: Request,
): { readonly address: string; readonly network: string } => {
  const text = variable(r, 'remote_addr')
  return isPlain(text)
    ? { address: text, network: text }
    : { address: addressText(r), network: networkText(r) }
}

/** The viewer's address as canonical text. */
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

/** The request body; empty where there is none or nginx has written it to a file. */
export const bodyText = (r: Request): string => {
  try {
    return r.requestText ?? ''
  } catch {
    return ''
  }
}

/** Status of the upstream's response to this request or subrequest. */
export const statusOf = (r: Request): number => r.status

/** Whether what an origin answers is none yet (RFC 9110, section 15.2): the answer itself, with its headers, would be the body. */
export const isInterim = (r: Request): boolean => r.status >= 100 && r.status < 200

/** Whether it is none that HTTP knows, whose text nobody reads; failures and redirections do not come here. */
export const isNoAnswer = ({ status }: Request): boolean =>
  status < 200 || (status >= 300 && status !== 304)

/** Variables by the names of headers, which are few. */
const ofHeaders: Record<string, string> = {}

/** A response header of the control plane, including those hidden from the client. */
export const controlHeader = (variables: Variables, name: string): string =>
  variables[(ofHeaders[name] ??= `upstream_http_${name.toLowerCase().replaceAll('-', '_')}`)] ?? ''

/** How the inner server is asked by workers of its own release. */
export const innerHost = (variables: Variables): string =>
  `gatehouse-${variables['gh_release'] ?? ''}`

/** The control plane's response to a call of the edge itself. `denyTtl`: seconds to cache a refusal, 0 = none. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly reason: string
  readonly denyTtl: number
}

/** Calls the control plane through the inner server, which has its address, TLS settings and the edge's key. Rejects where it cannot connect. */
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

/**
 * A list as control wrote it, from nginx's cache; `null` where there is none, it is longer than `js_fetch_max_response_buffer_size` allows, or is not to be
 * kept.
 */
export const fetchList = async (variables: Variables, list: string): Promise<string | null> => {
  try {
    const inner = variables['gh_inner_socket'] ?? ''
    const headers = { Host: innerHost(variables), 'X-Gh-List': list }
    const response = await ngx.fetch(`http://unix:${inner}:/list`, { headers })
    const isKept = !(response.headers.get('Cache-Control') ?? '').includes('no-store')
    return response.status === 200 && isKept ? await response.text() : null
  } catch {
    return null
  }
}
