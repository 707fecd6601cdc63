import type { ReasonId } from '../domain/reasons.ts'
import { statusFor, waitFor } from '../domain/statuses.ts'
import type { Request, Variables } from './request.ts'

/** Sets nginx variables that `js_var` declares, for the directives of the location that answers. */
export const setVariables = (r: Request, values: Readonly<Record<string, string>>): void => {
  const { variables } = r
  for (const name in values) variables[name] = values[name]
}

/** Sets origin and path for `proxy_pass`. */
export const setRoute = (
  variables: Variables,
  route: { readonly origin: string; readonly path: string },
): void => {
  variables['gh_origin'] = route.origin
  variables['gh_path'] = route.path
}

/** Sets the inner server's parameters for rewriting a manifest: cache key, requested path, kind of seal. */
export const setManifest = (
  variables: Variables,
  manifest: { readonly copy: string; readonly rest: string; readonly seal: string },
): void => {
  variables['gh_copy'] = manifest.copy
  variables['gh_asked_rest'] = manifest.rest
  variables['gh_seal'] = manifest.seal
}

/**
 * `Content-Range` (RFC 9110, section 14.4) of so many bytes requested with `Range: bytes=0-`; `null` for every other `Range`, which a server may
 * ignore. MPlayer plays no playlist that is answered without it.
 */
export const wholeRange = (range: string, length: number): string | null =>
  range !== 'bytes=0-' || length === 0 ? null : `bytes 0-${length - 1}/${length}`

/** Sets the text of the manifest to send, and the `Content-Range` header where it is sent as a range. */
export const setManifestText = (variables: Variables, text: string, range: string | null): void => {
  variables['gh_manifest'] = text
  if (range !== null) variables['gh_content_range'] = range
}

/** Sets the lease key the request is counted under. */
export const setSessionKey = (variables: Variables, key: string): void => {
  variables['gh_session_key'] = key
}

/** Sets the serial number of a stream's connection. */
export const setStreamSerial = (variables: Variables, serial: string): void => {
  variables['gh_serial'] = serial
}

/** Sets the variables of the playlist to send. */
export const setList = (
  variables: Variables,
  sent: {
    readonly tag: string
    readonly list: string
    readonly base: string
    readonly print: string
    /** Address of the guide in it. */
    readonly guide?: string
    /** Address that the pictures in it lie below. */
    readonly pictures?: string
  },
): void => {
  variables['gh_list_etag'] = sent.tag
  variables['gh_list_uri'] = sent.list
  variables['gh_list_base'] = sent.base
  variables['gh_list_guide'] = sent.guide ?? ''
  variables['gh_list_pictures'] = sent.pictures ?? ''
  variables['gh_fingerprint'] = sent.print
}

/** Answers JSON that is this viewer's own. */
export const answerJson = (r: Request, body: string): void => {
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Access-Control-Allow-Origin': '*',
  }
  answer(r, 200, headers, body)
}

/** Sets reason and status of a refusal, for the location that answers it. */
export const refuse = (r: Request, reason: ReasonId): void => {
  const { variables } = r
  variables['gh_reason'] = reason
  variables['gh_refusal_status'] = String(statusFor(reason))
  variables['gh_retry_after'] = waitFor(reason)
  variables['gh_session_key'] = ''
}

const COMMON: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'X-Gatehouse-Reason',
}

/** Sends a response. */
export const answer = (
  r: Request,
  status: number,
  headers: Readonly<Record<string, string | string[]>>,
  body: string | Buffer = '',
): void => {
  const out: Record<string, string | string[] | undefined> = r.headersOut
  for (const name in headers) out[name] = headers[name] ?? ''
  r.return(status, body)
}

/** The content type of a manifest by the path it was asked for. */
export const manifestType = (rest: string): string =>
  /\.mpd$/i.test(rest) ? 'application/dash+xml' : 'application/vnd.apple.mpegurl'

/** Sends a manifest, whole or as the range that `Range` asks for. `type`: `null` = none. */
export const answerManifest = (
  r: Request,
  text: string,
  {
    type,
    range,
    cookies = [],
  }: {
    readonly type: string | null
    readonly range: string
    readonly cookies?: string[]
  },
): void => {
  const headers: Record<string, string | string[]> = type === null ? {} : { 'Content-Type': type }
  if (cookies.length > 0) headers['Set-Cookie'] = cookies
  const part = range === '' ? null : wholeRange(range, Buffer.byteLength(text))
  if (part === null) answer(r, 200, headers, text)
  else answer(r, 206, { ...headers, 'Content-Range': part }, text)
}

/** Sets the `Set-Cookie` headers of a response. */
export const setCookies = (r: Request, cookies: string[]): void => {
  const out: Record<string, string | string[] | undefined> = r.headersOut
  if (cookies.length > 0) out['Set-Cookie'] = cookies
}

/** Headers of a response, name and value, as far as nginx keeps no field of its own for them. */
export const headersOut = (r: Request): readonly (readonly string[])[] => r.rawHeadersOut

/** Another content type for a response that has not begun. */
export const setType = (r: Request, type: string): void => {
  r.headersOut['Content-Type'] = type
}

/** Takes a header out of a response. */
export const dropHeader = (r: Request, name: string): void => {
  delete r.headersOut[name]
}

/** Another status for a response that has not begun; what the origin says of its body does not hold then. */
export const replaceAnswer = (r: Request, status: number): void => {
  r.status = status
  for (const name of ['Content-Length', 'Content-Encoding', 'ETag', 'Last-Modified'])
    dropHeader(r, name)
  setType(r, 'text/plain')
}

/** Sends a refusal: status, `X-Gatehouse-Reason`, and the reason id as the body. */
export const answerRefusal = (r: Request, reason: ReasonId): void => {
  refuse(r, reason)
  const headers: Record<string, string> = {
    ...COMMON,
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Gatehouse-Reason': reason,
  }
  const wait = waitFor(reason)
  if (wait !== '') headers['Retry-After'] = wait
  answer(r, statusFor(reason), headers, `${reason}\n`)
}

/** Sends a 302 that must not be cached. For a 302 njs takes the address in place of a body. */
export const redirect = (r: Request, location: string): void => {
  answer(r, 302, COMMON, location)
}

/** Redirects internally to another location (`r.internalRedirect`). */
export const internalRedirect = (r: Request, uri: string): void => {
  r.internalRedirect(uri)
}

/** Aborts a running response: a body filter of njs can do so only by throwing. */
export const abortResponse = (why: string): never => {
  throw new Error(`cut: ${why}`)
}

/** Forwards a chunk of a running response. */
export const forwardChunk = (r: Request, data: Buffer, flags: NginxHTTPSendBufferOptions): void => {
  r.sendBuffer(data, flags)
}
