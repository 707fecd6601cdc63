import { type Request, variablesOf } from '../platform/request.ts'
import { readSessionRequest } from '../state/session.ts'
import { countAdmitted, refused, type Verdict } from '../verdicts/admit.ts'
import { graceVerdict } from '../verdicts/degraded.ts'
import { failClosed } from '../verdicts/fail-closed.ts'

const judge = (r: Request): Exclude<Verdict, 'ask'> => {
  const answer = graceVerdict(r, readSessionRequest(r, variablesOf(r)))
  if (!answer.ok) return refused(r, answer.reason)
  countAdmitted(r, answer.key)
  return 'allow'
}

/** js_set: control did not answer; `allow` lets the session go on by itself for a while. */
export const checkWithoutControl = failClosed('checkWithoutControl', judge, refused)
