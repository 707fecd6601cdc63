import type { AgainRoute } from '../../domain/doors/opening-route.ts'
import { logError } from '../../platform/log.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { isQuiet, routeAgain } from '../../state/lately/refused.ts'
import { refused, type Verdict } from '../../verdicts/admit.ts'
import { sendManifest } from '../../verdicts/known-session.ts'
import { checkSession } from './check-session.ts'

/** js_set: the verdict on a request of a manifest, as `checkSession` gives it. */
export const checkManifest = (r: Request): Verdict | AgainRoute => {
  try {
    const variables = variablesOf(r)
    const now = Date.now()
    const again = isQuiet(now) ? null : routeAgain(variables)
    return again ?? sendManifest(r, variables, now) ?? checkSession(r)
  } catch (problem) {
    logError('checkManifest', problem)
    return refused(r, 'control.unavailable')
  }
}
