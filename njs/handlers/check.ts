import { TELL } from '../domain/channels/protocol.ts'
import { complain } from '../platform/log.ts'
import { leaveSerial, refuse, tell } from '../platform/reply.ts'
import {
  addressText,
  type Request,
  statusOf,
  told,
  type Variables,
  variable,
  variablesOf,
} from '../platform/request.ts'
import { readLease, silenceOf, startLease, touchLease } from '../state/leases.ts'
import { currentKid, nowSec } from '../state/memory.ts'
import {
  findBan,
  isSessionBanned,
  recallDenial,
  rememberDenial,
  whyEnded,
} from '../state/refusals.ts'
import { notePlayed } from '../state/seats.ts'
import { type Asked, cloneKeyOf, readAsked } from '../state/session.ts'
import {
  admit,
  admitKnown,
  enter,
  kindOf,
  refused,
  route,
  type Verdict,
} from '../verdicts/admit.ts'
import { findGrace } from '../verdicts/degraded.ts'
import { bearerOf, subjectsOf, verdictOnPass } from '../verdicts/pass-bearer.ts'

/** Prepares the question to control. */
const ask = (r: Request, asked: Asked, silent: number, denyKey: string): Verdict => {
  tell(r, {
    gh_api: asked.isInferred ? '/edge/v1/open' : '/edge/v1/check',
    gh_ask_key: asked.key,
    gh_ask_silent: String(silent),
    gh_ask_address: addressText(r),
    gh_ask_agent: encodeURIComponent(variable(r, 'http_user_agent')),
    gh_ask_playback: encodeURIComponent(variable(r, 'http_x_playback_session_id')),
    gh_ask_rest: encodeURIComponent(asked.rest),
    gh_deny_key: denyKey,
  })
  return 'm'
}

/** A session this edge has no lease for: refused for a reason known here, or a question for control. */
const miss = (r: Request, asked: Asked, silent: number, denyKey: string): Verdict => {
  const now = nowSec()
  if (isSessionBanned(denyKey, now * 1000)) {
    const subjects = asked.isInferred ? null : subjectsOf(r, asked, verdictOnPass(asked, now))
    return refused(r, whyEnded(denyKey, subjects, now * 1000))
  }
  const denial = recallDenial('gh_denied', denyKey)
  if (denial !== null) return refused(r, denial)
  if (currentKid() === null) return refused(r, 'edge.not_ready')
  // The door has judged the ticket of an inferred session already.
  if (asked.isInferred) return ask(r, asked, silent, denyKey)
  const verdict = verdictOnPass(asked, now)
  if (!verdict.ok) return refused(r, verdict.reason)
  const subjects = subjectsOf(r, asked, verdict)
  const ban = subjects && findBan(subjects, now * 1000)
  if (ban !== null) return refused(r, ban)
  return ask(r, asked, silent, denyKey)
}

/** The route is found before control is asked: an address that leads nowhere costs no question. */
const routeOrAsk = (r: Request, variables: Variables, asked: Asked, verdict: Verdict): Verdict => {
  if (verdict !== 'm') return verdict
  const found = route(asked, variables, kindOf(variables))
  return found.ok ? 'm' : refused(r, found.reason)
}

const judge = (r: Request): Verdict => {
  const variables = variablesOf(r)
  const known = admitKnown(r, variables)
  if (known !== null) return known
  const asked = readAsked(r, variables)
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

/** js_set: judges one request under a pass, or under the ticket of an inferred session. */
export const check = (r: Request): Verdict => {
  try {
    return judge(r)
  } catch (problem) {
    complain('check', problem)
    return refused(r, 'control.unavailable')
  }
}

/** A yes came: from here on the session is this edge's. A stream that may not be taken is cut by its guard. */
const enterAfterYes = (r: Request, key: string): void => {
  const variables = variablesOf(r)
  const entrance = { key, kind: kindOf(variables), path: variables['gh_path'] ?? '' }
  if (enter(r, variables, entrance) !== null) leaveSerial(variables, '0')
}

/** js_header_filter: keeps what control answered about a session. */
export const remember = (r: Request): void => {
  try {
    const asked = readAsked(r, variablesOf(r))
    const status = statusOf(r)
    const ttl = Number(told(r, TELL.ttl)) || 0
    if (status === 204) {
      const key = told(r, TELL.key) || asked.key
      startLease(key, asked.network, Math.max(5, ttl))
      const bearer = bearerOf(asked)
      if (bearer !== null) notePlayed(r, bearer.account, key)
      enterAfterYes(r, key)
      return
    }
    const reason = told(r, TELL.reason) || 'session.unknown'
    const denySec = Number(told(r, TELL.denyTtl)) || 0
    rememberDenial('gh_denied', variable(r, 'gh_deny_key'), reason, denySec)
    tell(r, { gh_reason: reason, gh_status: String(status), gh_retry: told(r, 'Retry-After') })
  } catch (problem) {
    complain('remember', problem)
  }
}

/** js_set: control did not answer; `1` lets the session go on by itself for a while. */
export const grace = (r: Request): '1' | '0' => {
  try {
    const answer = findGrace(r, readAsked(r, variablesOf(r)))
    if (answer.ok) {
      enterAfterYes(r, answer.key)
      return '1'
    }
    refuse(r, answer.reason)
    return '0'
  } catch (problem) {
    complain('grace', problem)
    refuse(r, 'control.unavailable')
    return '0'
  }
}
