import { replaceAnswer } from '../platform/reply.ts'
import { isInterim, type Request } from '../platform/request.ts'
import { keepListed } from '../verdicts/headers/keep-listed.ts'
import { running } from '../verdicts/headers/telling-text.ts'

/** js_header_filter: takes out of a stream's headers what is not for viewers; its first bytes are still to come. What is no answer yet is 502, and `guardStream` holds the body back. */
export const beginStream = (r: Request): void => {
  running.hasBegun = false
  keepListed(r)
  if (!isInterim(r)) return
  replaceAnswer(r, 502)
  r.headersOut['X-Gatehouse-Reason'] = 'origin.unreadable'
}
