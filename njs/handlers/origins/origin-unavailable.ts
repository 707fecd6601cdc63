import type { ReasonId } from '../../domain/reasons.ts'
import { logError } from '../../platform/log.ts'
import { answer, answerRefusal } from '../../platform/reply.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { noteOriginFailure } from '../../state/reports.ts'
import { followedTo } from '../../verdicts/headers/followed.ts'

/** Whose answers the inner server reads; it says why there is none. */
const isManifest = (kind: string): boolean => kind !== 'segment' && kind !== 'stream'

/** js_content: an origin was waited for in vain. What was asked of no origin is control's. */
export const originUnavailable = (r: Request): void => {
  const variables = variablesOf(r)
  const { gh_origin: origin = '', gh_kind: kind = '' } = variables
  if (origin === '') return answer(r, 502, { 'Content-Type': 'text/plain' }, 'bad gateway\n')
  const isUnreachable = isManifest(kind)
    ? variables['upstream_http_x_gh_reason'] === 'origin.unreachable'
    : variables['gh_is_unreachable'] === '1'
  const reason: ReasonId = isUnreachable ? 'origin.unreachable' : 'origin.failed'
  try {
    const isFurther = variables['gh_is_further'] === '1'
    const asked = isFurther ? followedTo(variables).gh_origin : origin
    if (!isManifest(kind)) noteOriginFailure(asked, reason)
  } catch (problem) {
    logError('originUnavailable', problem)
  }
  answerRefusal(r, reason)
}
