import { logError } from '../platform/log.ts'
import { type Request, variablesOf } from '../platform/request.ts'
import { readSessionRequest } from '../state/session.ts'
import { enterAfterYes, refused, type Verdict } from '../verdicts/admit.ts'
import { graceVerdict } from '../verdicts/degraded.ts'

/** js_set: control did not answer; `allow` lets the session go on by itself for a while. */
export const checkWithoutControl = (r: Request): Exclude<Verdict, 'ask'> => {
  try {
    const answer = graceVerdict(r, readSessionRequest(r, variablesOf(r)))
    if (answer.ok) {
      enterAfterYes(r, answer.key)
      return 'allow'
    }
    return refused(r, answer.reason)
  } catch (problem) {
    logError('checkWithoutControl', problem)
    return refused(r, 'control.unavailable')
  }
}
