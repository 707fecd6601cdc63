import { ANSWER_HEADERS } from '../domain/channels/protocol.ts'
import { decodePercent } from '../domain/credentials/encoding.ts'
import { isReasonId, type ReasonId } from '../domain/reasons.ts'
import { logError } from '../platform/log.ts'
import { refuse, setVariables } from '../platform/reply.ts'
import {
  controlHeader,
  networkText,
  type Request,
  variable,
  variablesOf,
} from '../platform/request.ts'
import { rememberGroup } from '../state/known-viewers.ts'
import { countGuess, rememberDenial } from '../state/refusals.ts'
import { chooseSlate } from '../verdicts/openings/slate.ts'

const reasonOf = (r: Request): ReasonId => {
  const reason = controlHeader(variablesOf(r), ANSWER_HEADERS.reason)
  return isReasonId(reason) ? reason : 'request.malformed'
}

/** Stores the refusal of an opening, and the viewer's group where the credential does not tell it. */
const note = (r: Request, reason: ReasonId): void => {
  const isTicket = variable(r, 'gh_credential_kind') === 'ticket'
  const ttl = Number(controlHeader(variablesOf(r), ANSWER_HEADERS.denyTtl)) || 0
  rememberDenial(isTicket ? 'gh_denied' : 'gh_guessed', variable(r, 'gh_refusal_key'), reason, ttl)
  if (isTicket) return
  countGuess(networkText(r), reason)
  const group = decodePercent(controlHeader(variablesOf(r), ANSWER_HEADERS.group))
  if (group === '') return
  rememberGroup(variable(r, 'gh_secret_hash'), group)
  chooseSlate(r, group, variable(r, 'gh_rest'))
}

/** js_set: stores control's refusal of an opening; the internal location that answers it: `refuse`, or the one of the clip that says why. */
export const rememberRefusal = (r: Request): string => {
  const reason = reasonOf(r)
  try {
    note(r, reason)
  } catch (problem) {
    logError('rememberRefusal', problem)
  }
  refuse(r, reason)
  setVariables(r, { gh_retry_after: controlHeader(variablesOf(r), 'Retry-After') })
  return variable(r, 'gh_slate_route') || 'refuse'
}
