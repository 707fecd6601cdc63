import { logError } from '../../platform/log.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { isQuiet, routeAgain } from '../../state/lately/refused.ts'
import { refused } from '../../verdicts/admit.ts'
import { admitSegment } from '../../verdicts/known-session.ts'
import { checkSession } from './check-session.ts'

/** js_set: the key of the session whose segment is admitted; for every other request what `checkSession` says. */
export const checkSegment = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const now = Date.now()
    const known = (isQuiet(now) ? null : routeAgain(variables)) ?? admitSegment(r, variables, now)
    if (known !== null) return known
    const verdict = checkSession(r)
    return verdict === 'allow' ? (variables['gh_session_key'] ?? '') : verdict
  } catch (problem) {
    logError('checkSegment', problem)
    return refused(r, 'control.unavailable')
  }
}
