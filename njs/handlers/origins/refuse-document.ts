import { logError } from '../../platform/log.ts'
import { replaceAnswer } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { noteProtocol } from '../../state/reports.ts'
import { leadToManifest } from '../../verdicts/lead-to-manifest.ts'

const REASON = 'origin.unreadable'

/**
 * js_set, for `add_header`, where an origin says that it answers a manifest: in place of a segment or stream it would reach players as it is, with the
 * provider's addresses. The player of a stream is led to where it is served as what it is, or, where that is not possible, answered 502, and `guardStream` holds the
 * body back. A segment is answered 204, since nginx sends no body with that.
 */
export const refuseDocument = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    if (variables['gh_kind'] !== 'stream') {
      replaceAnswer(r, 204)
      return REASON
    }
    const type = variables['upstream_http_content_type'] ?? ''
    const protocol = /dash\+xml/i.test(type) ? 'dash' : 'hls'
    noteProtocol(variables['gh_channel'] ?? '', protocol)
    if (leadToManifest(r, variables, protocol)) return ''
    replaceAnswer(r, 502)
  } catch (problem) {
    logError('refuseDocument', problem)
  }
  return REASON
}
