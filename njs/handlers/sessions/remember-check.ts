import { ANSWER_HEADERS } from '../../domain/channels/protocol.ts'
import { isReasonId } from '../../domain/reasons.ts'
import { statusFor } from '../../domain/statuses.ts'
import { logError } from '../../platform/log.ts'
import { setVariables } from '../../platform/reply.ts'
import {
  controlHeader,
  type Request,
  statusOf,
  variable,
  variablesOf,
} from '../../platform/request.ts'
import { startLease } from '../../state/leases.ts'
import { rememberDenial } from '../../state/refusals.ts'
import { rememberSeats } from '../../state/seats.ts'
import { deviceOf, readSessionRequest } from '../../state/session.ts'
import { countAdmitted } from '../../verdicts/admit.ts'
import { bearerOf } from '../../verdicts/pass-bearer.ts'

/** js_header_filter: stores control's answer about a session: its lease, or the refusal. */
export const rememberCheck = (r: Request): void => {
  try {
    const asked = readSessionRequest(r, variablesOf(r))
    const status = statusOf(r)
    const ttl = Number(controlHeader(variablesOf(r), ANSWER_HEADERS.ttl)) || 0
    if (status === 204) {
      const key = controlHeader(variablesOf(r), ANSWER_HEADERS.key) || asked.key
      startLease(key, asked.network, Math.max(5, ttl))
      const bearer = bearerOf(asked)
      if (bearer !== null) {
        const cap = controlHeader(variablesOf(r), ANSWER_HEADERS.cap)
        rememberSeats(bearer.account, cap, { key, device: deviceOf(r) })
      }
      // Clears the reason of an earlier refusal while control was unavailable.
      setVariables(r, { gh_reason: '' })
      countAdmitted(r, key)
      return
    }
    const reason = controlHeader(variablesOf(r), ANSWER_HEADERS.reason) || 'session.unknown'
    const denySec = Number(controlHeader(variablesOf(r), ANSWER_HEADERS.denyTtl)) || 0
    rememberDenial('gh_denied', variable(r, 'gh_refusal_key'), reason, denySec)
    setVariables(r, {
      gh_reason: reason,
      gh_refusal_status: String(isReasonId(reason) ? statusFor(reason) : status),
      gh_retry_after: controlHeader(variablesOf(r), 'Retry-After'),
    })
  } catch (problem) {
    logError('rememberCheck', problem)
  }
}
