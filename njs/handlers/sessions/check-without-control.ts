import { type Request, variablesOf } from '../../platform/request.ts'
import { readSessionRequest } from '../../state/session.ts'
import { countAdmitted, refused, type Verdict } from '../../verdicts/admit.ts'
import { graceVerdict } from '../../verdicts/degraded.ts'
import { failClosed } from '../../verdicts/fail-closed.ts'

const judge = (r: Request): Exclude<Verdict, 'ask'> => {
  const answer = graceVerdict(r, readSessionRequest(r, variablesOf(r)))
  if (!answer.ok) return refused(r, answer.reason)
  countAdmitted(r, answer.key)
  return 'allow'
}

/** js_set: the verdict on a session where control did not answer; `allow` grants a lease of `graceLeaseSec`. */
export const checkWithoutControl = failClosed('checkWithoutControl', judge, refused)
