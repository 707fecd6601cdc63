import { LONGEST_DOCUMENT } from '../../domain/manifests/text.ts'
import { replaceAnswer } from '../../platform/reply.ts'
import { type Request, variable } from '../../platform/request.ts'

/** js_set, for `add_header`, where an origin answers video for a manifest: what does not end, or is longer than any, is not read. Some call their manifests so. */
export const refuseEndless = (r: Request): string => {
  const length = Number(variable(r, 'upstream_http_content_length') || Infinity)
  if (length <= LONGEST_DOCUMENT) return ''
  replaceAnswer(r, 204)
  return '1'
}
