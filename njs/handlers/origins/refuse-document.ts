import { MEDIA_PATH, OCTETS, ODD_TYPE } from '../../domain/headers/media.ts'
import { logError } from '../../platform/log.ts'
import { replaceAnswer, setType } from '../../platform/reply.ts'
import { type Request, statusOf, type Variables, variablesOf } from '../../platform/request.ts'
import { leadToManifest, tellOfStream } from '../../verdicts/lead-to-manifest.ts'

const REASON = 'origin.unreadable'

/** Of programs that set no type, which is then that of pages. */
const PAGE = /^text\/html|xhtml\+xml/i
const DOCUMENT = /mpegurl|dash\+xml/i
const DATA = /^[^;]*[/+](?:json|xml)\s*(?:;|$)/i
/** Bytes of a key (RFC 8216, section 4.3.2.4). */
const KEY = '16'

/** Whether what is called a page is a key of HLS, which programs hand out: by its length, or by its name where that is not said. */
const isKey = (variables: Variables): boolean => {
  const length = variables['upstream_http_content_length'] ?? ''
  return length === '' ? /key/i.test(variables['gh_path'] ?? '') : length === KEY
}

/** Whether it is called nothing: then it is bytes (RFC 9110, section 8.3), in which logins are masked; what is longer is no message of an origin. */
const isUntyped = (r: Request, variables: Variables, type: string): boolean =>
  type === '' && statusOf(r) < 300 && (variables['upstream_http_content_length'] ?? '').length < 5

/** Whether JSON or XML came in place of audio or video. */
const isData = (variables: Variables, type: string): boolean =>
  variables['gh_kind'] !== 'stream' &&
  DATA.test(type) &&
  MEDIA_PATH.test(variables['gh_path'] ?? '')

const isDocument = (variables: Variables, type: string): boolean =>
  PAGE.test(type) || DOCUMENT.test(type) || isData(variables, type)

/** Keeps the name of a file in a type here. */
const tellType = (r: Request, variables: Variables, type: string): void => {
  if (ODD_TYPE.test(type)) setType(r, type.split(';', 1)[0] ?? '')
  else if (isUntyped(r, variables, type)) setType(r, OCTETS)
}

/**
 * js_set, for `add_header` of streams, where an origin says that it answers a manifest, a page or data: in place of a segment or stream it would reach players as it is, with the
 * provider's addresses or login. The player of a stream is led to where it is served as what it is, or, where that is not possible, answered 502, and `guardStream` holds the
 * body back. A segment is answered 204, since nginx sends no body with that. Of a type that names a file the name stays here.
 */
export const refuseDocument = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const type = variables['upstream_http_content_type'] ?? ''
    if (!isDocument(variables, type)) {
      tellType(r, variables, type)
      return ''
    }
    const isPage = PAGE.test(type)
    if (variables['gh_kind'] !== 'stream') {
      if (isPage && isKey(variables)) return ''
      replaceAnswer(r, 204)
      return REASON
    }
    // Streams are called so too: they are looked into.
    if (isPage) return ''
    const protocol = /dash\+xml/i.test(type) ? 'dash' : 'hls'
    tellOfStream(variables, protocol)
    if (leadToManifest(r, variables, protocol)) return ''
    replaceAnswer(r, 502)
  } catch (problem) {
    logError('refuseDocument', problem)
  }
  return REASON
}
