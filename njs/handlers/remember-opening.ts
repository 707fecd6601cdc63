import { TELL } from '../domain/channels/protocol.ts'
import { type Pass, readPass } from '../domain/credentials/pass.ts'
import { complain } from '../platform/log.ts'
import { tell } from '../platform/reply.ts'
import { networkText, type Request, statusOf, told, variable } from '../platform/request.ts'
import { rememberViewer } from '../state/known-viewers.ts'
import { readLease, reserveLease } from '../state/leases.ts'
import { nowSec } from '../state/memory.ts'
import { noteOpening } from '../state/openings.ts'
import { countGuess, rememberDenial } from '../state/refusals.ts'
import { notePlayed } from '../state/seats.ts'
import { networkOf } from '../state/session.ts'

const passIn = (location: string): Pass | null =>
  readPass(/^\/s\/([^/]+)\//.exec(location)?.[1] ?? '')

/** Keeps who was let in, for the time when control is away. */
const noteViewer = (r: Request, key: string): void => {
  const pass = passIn(told(r, 'Location'))
  if (pass === null) return
  notePlayed(r, pass.account, key)
  if (variable(r, 'gh_credential_kind') !== 'ticket')
    rememberViewer(variable(r, 'gh_secret_hash'), pass)
}

/** js_header_filter: keeps what control answered to an opening. */
export const rememberOpening = (r: Request): void => {
  try {
    const status = statusOf(r)
    const key = told(r, TELL.key)
    if (status === 302 && key !== '') {
      const ttl = Math.max(5, Number(told(r, TELL.ttl)) || 0)
      if (readLease(key, nowSec()) === null) reserveLease(key, networkOf(r), ttl)
      noteOpening(variable(r, 'gh_opening_key'), key, told(r, 'Location'))
      noteViewer(r, key)
    }
    if (status < 400) return
    const reason = told(r, TELL.reason) || 'request.malformed'
    tell(r, { gh_reason: reason })
    const isTicket = variable(r, 'gh_credential_kind') === 'ticket'
    const ttl = Number(told(r, TELL.denyTtl)) || 0
    rememberDenial(
      isTicket ? 'gh_denied' : 'gh_guessed',
      variable(r, 'gh_refusal_key'),
      reason,
      ttl,
    )
    if (!isTicket) countGuess(networkText(r), reason)
  } catch (problem) {
    complain('rememberOpening', problem)
  }
}
