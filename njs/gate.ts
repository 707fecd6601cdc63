import { nginxCrypto } from './crypto.ts'
import { findGrace } from './degraded.ts'
import { type PassVerdict, verifyPass } from './domain/pass.ts'
import { TELL } from './domain/protocol.ts'
import type { ReasonId } from './domain/reasons.ts'
import { readLease, startLease, touchLease } from './leases.ts'
import { complain } from './log.ts'
import { currentKid, nowSec, secretOf } from './memory.ts'
import { findRoute } from './origin.ts'
import { findBan, isSessionBanned, recallDenial, rememberDenial } from './refusals.ts'
import { refuse, tell } from './reply.ts'
import {
  addressText,
  methodOf,
  networkText,
  type Request,
  statusOf,
  told,
  variable,
} from './request.ts'
import { type Asked, cloneKeyOf, readAsked } from './session.ts'
import { guardPace, takeStream } from './sharing.ts'

/** What the auth location does: `1` lets pass, `0` refuses, `m` asks control. */
export type Verdict = '1' | '0' | 'm'

const refused = (r: Request, reason: ReasonId): Verdict => {
  refuse(r, reason)
  return '0'
}

/** Lets a session through: where its bytes come from, and what they are counted under. */
const admit = (r: Request, asked: Asked, key: string): Verdict => {
  const args = variable(r, 'gh_args')
  const route = findRoute({
    channel: asked.channel,
    rest: asked.rest,
    args,
    isAliased: asked.isInferred,
  })
  if (!route.ok) return refused(r, route.reason)
  const kind = variable(r, 'gh_kind')
  const problem = kind === 'segment' ? guardPace(key, route.path, variable(r, 'http_range')) : null
  if (problem !== null) return refused(r, problem)
  tell(r, {
    gh_key: key,
    gh_origin: route.record.origin,
    gh_path: route.path,
    gh_dir: route.directory,
  })
  if (kind !== 'stream' || (variable(r, 'gh_method') || methodOf(r)) === 'HEAD') return '1'
  const serial = takeStream(key)
  if (serial === null) return refused(r, 'session.cloned')
  tell(r, { gh_serial: serial })
  return '1'
}

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

const verdictOnPass = (asked: Asked, now: number): PassVerdict =>
  verifyPass(nginxCrypto, secretOf, { pass: asked.secret, channel: asked.channel }, now)

/** A session this edge has no lease for: refused for a reason known here, or a question for control. */
const miss = (r: Request, asked: Asked, silent: number, denyKey: string): Verdict => {
  const now = nowSec()
  if (isSessionBanned(denyKey, now * 1000)) return refused(r, 'ban.session')
  const denial = recallDenial('gh_denied', denyKey)
  if (denial !== null) return refused(r, denial)
  if (currentKid() === null) return refused(r, 'edge.not_ready')
  // The door has judged the ticket of an inferred session already.
  if (asked.isInferred) return ask(r, asked, silent, denyKey)
  const verdict = verdictOnPass(asked, now)
  if (!verdict.ok) return refused(r, verdict.reason)
  const { account, download } = verdict.pass
  const ban = findBan(
    {
      account,
      download,
      network: networkText(r),
      channel: asked.channel,
      userAgent: variable(r, 'http_user_agent'),
      playback: variable(r, 'http_x_playback_session_id') || null,
    },
    now * 1000,
  )
  if (ban !== null) return refused(r, ban)
  return ask(r, asked, silent, denyKey)
}

const judge = (r: Request): Verdict => {
  const asked = readAsked(r)
  const now = nowSec()
  const lease = readLease(asked.key, now)
  if (lease === null) return admitOrAsk(r, asked, miss(r, asked, -1, asked.key))
  if (lease.network === asked.network) {
    touchLease(asked.key, lease, now)
    return admit(r, asked, asked.key)
  }
  const key = cloneKeyOf(r, asked)
  const clone = readLease(key, now)
  if (clone === null) return admitOrAsk(r, asked, miss(r, asked, now - lease.seen, key))
  touchLease(key, clone, now)
  return admit(r, asked, key)
}

/** The route is found before control is asked: its answer comes where no other variable can be set. */
const admitOrAsk = (r: Request, asked: Asked, verdict: Verdict): Verdict => {
  if (verdict !== 'm') return verdict
  const admitted = admit(r, asked, asked.key)
  return admitted === '1' ? 'm' : admitted
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

/** js_header_filter: keeps what control answered about a session. */
export const remember = (r: Request): void => {
  try {
    const asked = readAsked(r)
    const status = statusOf(r)
    const ttl = Number(told(r, TELL.ttl)) || 0
    if (status === 204) {
      const key = told(r, TELL.key) || asked.key
      startLease(key, asked.network, Math.max(5, ttl))
      tell(r, { gh_key: key })
      return
    }
    const reason = told(r, TELL.reason) || 'session.unknown'
    rememberDenial(
      'gh_denied',
      variable(r, 'gh_deny_key'),
      reason,
      Number(told(r, TELL.denyTtl)) || 0,
    )
    tell(r, {
      gh_reason: reason,
      gh_status: String(status),
      gh_key: '',
      gh_retry: told(r, 'Retry-After'),
    })
  } catch (problem) {
    complain('remember', problem)
  }
}

/** js_set: control did not answer; `1` lets the session go on by itself for a while. */
export const grace = (r: Request): '1' | '0' => {
  try {
    const asked = readAsked(r)
    const refusal = findGrace(r, asked)
    if (refusal === null) return '1'
    refuse(r, refusal)
    return '0'
  } catch (problem) {
    complain('grace', problem)
    refuse(r, 'control.unavailable')
    return '0'
  }
}
