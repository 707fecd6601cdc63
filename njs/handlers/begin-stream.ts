import { replaceAnswer } from '../platform/reply.ts'
import { isInterim, type Request, variablesOf } from '../platform/request.ts'
import { takeOver } from '../verdicts/headers/followed.ts'
import { keepListed } from '../verdicts/headers/keep-listed.ts'
import { running } from '../verdicts/headers/telling-text.ts'

/** js_header_filter: takes out of a stream's headers what is not for viewers; its first bytes are still to come. What is no answer yet is 502, and `guardStream` holds the body back. */
export const beginStream = (r: Request): void => {
  running.hasBegun = false
  const variables = variablesOf(r)
  if (variables['gh_is_further'] === '1') takeOver(r, variables)
  keepListed(r)
  if (!isInterim(r)) return
  replaceAnswer(r, 502)
  r.headersOut['X-Gatehouse-Reason'] = 'origin.unreadable'
}
