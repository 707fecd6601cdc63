import { TELL } from '../domain/channels/protocol.ts'
import { complain } from '../platform/log.ts'
import { tell } from '../platform/reply.ts'
import { type Request, statusOf, told, variable, variablesOf } from '../platform/request.ts'
import { startLease } from '../state/leases.ts'
import { rememberDenial } from '../state/refusals.ts'
import { notePlayed } from '../state/seats.ts'
import { readAsked } from '../state/session.ts'
import { enterAfterYes } from '../verdicts/admit.ts'
import { bearerOf } from '../verdicts/pass-bearer.ts'

/** js_header_filter: keeps what control answered about a session. */
export const rememberCheck = (r: Request): void => {
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
    rememberDenial('gh_denied', variable(r, 'gh_refusal_key'), reason, denySec)
    tell(r, {
      gh_reason: reason,
      gh_refusal_status: String(status),
      gh_retry_after: told(r, 'Retry-After'),
    })
  } catch (problem) {
    complain('rememberCheck', problem)
  }
}
