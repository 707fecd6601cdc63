import { LONGEST_DOCUMENT } from '../../domain/manifests/text.ts'
import { logError } from '../../platform/log.ts'
import { type Request, statusOf, type Variables, variablesOf } from '../../platform/request.ts'
import { leadToManifest } from '../../verdicts/lead-to-manifest.ts'

/** Of a type that is no text's; a stream of video has more. */
const LONGEST_OTHER = 65_536

/** Bytes of a packet of MPEG-TS (ISO/IEC 13818-1), of which a short clip is made up. */
const PACKET = 188

/** Nobody packs video, and none of it was asked for so. */
const isPacked = (encoding: string): boolean => /gzip|br|deflate|zstd/i.test(encoding)

/** Of the whole, also where a part of it was asked for. */
const wholeLength = (status: number, variables: Variables): number =>
  Number(
    status === 206
      ? (variables['upstream_http_content_range'] ?? '').split('/')[1]
      : variables['upstream_http_content_length'],
  )

/** js_set, for `add_header`, where an origin answers for a stream what it does not call video, or what no stream is: one that is no longer than a manifest, or packed, is read as one. */
export const readDocument = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const status = statusOf(r)
    const length = wholeLength(status, variables)
    const type = variables['upstream_http_content_type'] ?? ''
    const isText = /^text\//i.test(type)
    const encoding = variables['upstream_http_content_encoding'] ?? ''
    const isPackets = /^video\//i.test(type) && length % PACKET === 0
    const isShort =
      length > 0 && length <= (isText ? LONGEST_DOCUMENT : LONGEST_OTHER) && !isPackets
    if (status >= 200 && status < 300 && (isShort || isPacked(encoding)))
      leadToManifest(r, variables, 'hls')
  } catch (problem) {
    logError('readDocument', problem)
  }
  return ''
}
