import { logError } from '../../platform/log.ts'
import { replaceAnswer } from '../../platform/reply.ts'
import { type Request, variable } from '../../platform/request.ts'

const REASON = 'origin.unreadable'

/**
 * js_set, for `add_header`, where an origin says that it answers a manifest: in place of a segment or stream it would reach players as it is, with the
 * provider's addresses. A segment is answered 204, since nginx sends no body with that; a stream 502, and `guardStream` holds its body back.
 */
export const refuseDocument = (r: Request): string => {
  try {
    replaceAnswer(r, variable(r, 'gh_kind') === 'stream' ? 502 : 204)
  } catch (problem) {
    logError('refuseDocument', problem)
  }
  return REASON
}
