import { setVariables } from '../../platform/reply.ts'
import {
  addressText,
  type Request,
  type Variables,
  variable,
  variablesOf,
} from '../../platform/request.ts'
import { takeClosedText } from '../../state/lately/closed.ts'
import { noteRefused, reasonAgain } from '../../state/lately/refused.ts'
import { readLease, silenceOf, touchLease } from '../../state/leases.ts'
import { nowSec } from '../../state/memory.ts'
import { noteRefusedScript } from '../../state/openings.ts'
import { isReady } from '../../state/ready.ts'
import { endReason, findBan, isSessionBanned, recallDenial } from '../../state/refusals.ts'
import {
  cloneKeyOf,
  familyOf,
  readSessionRequest,
  type SessionRequest,
  scriptKey,
} from '../../state/session.ts'
import { admit, admitKnown, kindOf, refused, route, type Verdict } from '../../verdicts/admit.ts'
import { failClosed } from '../../verdicts/fail-closed.ts'
import { subjectsOf, verifyPassFor } from '../../verdicts/pass-bearer.ts'

/** Sets the headers of the request to control. */
const ask = (r: Request, asked: SessionRequest, silent: number, denyKey: string): Verdict => {
  setVariables(r, {
    gh_control_uri: asked.isInferred ? '/edge/v1/open' : '/edge/v1/check',
    gh_ask_key: asked.key,
    gh_ask_silent: String(silent),
    gh_ask_closed: asked.isInferred ? takeClosedText() : '',
    gh_ask_address: addressText(r),
    gh_ask_agent: encodeURIComponent(variable(r, 'http_user_agent')),
    gh_ask_family: familyOf(r),
    gh_ask_playback: encodeURIComponent(variable(r, 'http_x_playback_session_id')),
    gh_ask_rest: encodeURIComponent(asked.rest),
    gh_refusal_key: denyKey,
  })
  return 'ask'
}

/** Decides about a session without a lease: refused for a reason known here, or checked by control. */
const miss = (r: Request, asked: SessionRequest, silent: number, denyKey: string): Verdict => {
  const now = nowSec()
  if (isSessionBanned(denyKey, now * 1000)) {
    const subjects = asked.isInferred ? null : subjectsOf(r, asked, verifyPassFor(asked, now))
    const reason = endReason(denyKey, subjects, now * 1000)
    const isManifest = kindOf(variablesOf(r)) === 'manifest'
    const script = subjects === null || !isManifest ? null : scriptKey(r, asked.channel)
    if (script !== null) noteRefusedScript(script, reason, subjects?.account ?? '')
    return refused(r, reason)
  }
  const denial = recallDenial('gh_denied', denyKey)
  if (denial !== null) return refused(r, denial)
  if (!isReady()) return refused(r, 'edge.not_ready')
  // The ticket of an inferred session was verified by `routeOpening`.
  if (asked.isInferred) return ask(r, asked, silent, denyKey)
  const verdict = verifyPassFor(asked, now)
  if (!verdict.ok) return refused(r, verdict.reason)
  const subjects = subjectsOf(r, asked, verdict)
  const ban = subjects && findBan(subjects, now * 1000)
  if (ban !== null) return refused(r, ban)
  return ask(r, asked, silent, denyKey)
}

/** Finds the origin's address before control is asked, so that one that does not exist costs no request. */
const routeOrAsk = (
  r: Request,
  variables: Variables,
  asked: SessionRequest,
  verdict: Verdict,
): Verdict => {
  if (verdict !== 'ask') return verdict
  const found = route(asked, variables, kindOf(variables))
  return found.ok ? 'ask' : refused(r, found.reason)
}

/** What no lease at hand answers. */
const judgeAnew = (r: Request, variables: Variables): Verdict => {
  const asked = readSessionRequest(r, variables)
  const now = nowSec()
  const lease = readLease(asked.key, now)
  if (lease === null) return routeOrAsk(r, variables, asked, miss(r, asked, -1, asked.key))
  if (lease.network === asked.network) {
    touchLease(asked.key, lease, now)
    return admit(r, variables, asked, asked.key)
  }
  const key = cloneKeyOf(r, asked)
  const clone = readLease(key, now)
  if (clone === null)
    return routeOrAsk(r, variables, asked, miss(r, asked, silenceOf(lease, now), key))
  touchLease(key, clone, now)
  return admit(r, variables, asked, key)
}

const judge = (r: Request, variables: Variables): Verdict => {
  const known = admitKnown(r, variables)
  if (known !== null) return known
  const verdict = judgeAnew(r, variables)
  if (verdict === 'refuse') noteRefused(variables)
  return verdict
}

/** js_set: the verdict on a request under a pass, or below the ticket of an inferred session. */
export const checkSession = failClosed<Verdict>(
  'checkSession',
  (r) => {
    const variables = variablesOf(r)
    const reason = reasonAgain(variables)
    return reason === null ? judge(r, variables) : refused(r, reason)
  },
  refused,
)
