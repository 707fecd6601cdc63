import { LONGEST_DOCUMENT } from '../../domain/manifests/text.ts'
import { replaceAnswer } from '../../platform/reply.ts'
import { isInterim, type Request, variable } from '../../platform/request.ts'

/** js_set, for `add_header`, where an origin answers video for a manifest: what does not end, or is longer than any, is not read. Some call their manifests so. Nor is what is no answer yet. */
export const refuseEndless = (r: Request): string => {
  if (isInterim(r)) {
    replaceAnswer(r, 204)
    return '1'
  }
  const length = Number(variable(r, 'upstream_http_content_length') || Infinity)
  if (length <= LONGEST_DOCUMENT) return ''
  replaceAnswer(r, 204)
  return '1'
}
