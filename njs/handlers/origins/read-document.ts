import { LONGEST_DOCUMENT } from '../../domain/manifests/text.ts'
import { logError } from '../../platform/log.ts'
import { type Request, statusOf, variablesOf } from '../../platform/request.ts'
import { leadToManifest } from '../../verdicts/lead-to-manifest.ts'

/** Of a type that is no text's; a stream of video has more. */
const LONGEST_OTHER = 65_536

/** Nobody packs video, and none of it was asked for so. */
const isPacked = (encoding: string): boolean => /gzip|br|deflate|zstd/i.test(encoding)

/** js_set, for `add_header`, where an origin answers for a stream what it does not call video, or what no stream is: one that is no longer than a manifest, or packed, is read as one. */
export const readDocument = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const length = Number(variables['upstream_http_content_length'] ?? '')
    const isText = /^text\//i.test(variables['upstream_http_content_type'] ?? '')
    const encoding = variables['upstream_http_content_encoding'] ?? ''
    const isShort = length > 0 && length <= (isText ? LONGEST_DOCUMENT : LONGEST_OTHER)
    const status = statusOf(r)
    if (status >= 200 && status < 300 && (isShort || isPacked(encoding)))
      leadToManifest(r, variables, 'hls')
  } catch (problem) {
    logError('readDocument', problem)
  }
  return ''
}
