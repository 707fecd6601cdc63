import type { AgainRoute } from '../../domain/doors/opening-route.ts'
import { LEASE_UNIT, SEEN_SPAN } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { type Request, type Variables, variablesOf } from '../../platform/request.ts'
import { gate, routeAgain } from '../../state/lately/refused.ts'
import { REFRESH_AFTER_SEC, useLease } from '../../state/leases.ts'
import { textAtHand } from '../../state/manifests/copies.ts'
import { numbers } from '../../state/memory.ts'
import { tableGeneration } from '../../state/table-halves.ts'
import { refused, sendText, type Verdict } from '../../verdicts/admit.ts'
import { makeSeat, seats } from '../../verdicts/known-session.ts'
import { checkSession } from './check-session.ts'

/** The dictionary of this context. */
const dictionaries: { leases?: NgxSharedDict<number> } = {}

/** The shortcut of manifests: a copy is at hand, asked for by a plain address in a session with a lease, from its own network. Sets what is sent; `null` = any other request. */
const sendManifest = (
  r: Request,
  variables: Variables,
  now: number,
): 'send' | 'send-as-range' | null => {
  const seatName = variables['gh_seat'] ?? ''
  if (seatName === '') return null
  const { key, least, network } = seats.get(seatName) ?? makeSeat(r, seatName)
  const lease = (dictionaries.leases ??= numbers('gh_leases')).get(key)
  if (lease === undefined) return null
  const past = lease - least
  if (past < 0 || past >= LEASE_UNIT) return null
  // Seconds since its last use; of a clock that went back `useLease` takes care.
  const age = (now / 1000 - past) % SEEN_SPAN
  if (age >= REFRESH_AFTER_SEC && !useLease(key, network, false)) return null
  const name = variables['gh_copy_name'] ?? ''
  // What a player reports about itself is none of the copy's: `copyKey` leaves it out.
  if (name.includes('CMCD=')) return null
  const text = textAtHand(`${tableGeneration('channels') ?? 0} ${name}`, now)
  if (text === null) return null
  variables['gh_session_key'] = key
  return sendText(variables, text)
}

/** js_set: the verdict on a request of a manifest, as `checkSession` gives it. */
export const checkManifest = (r: Request): Verdict | AgainRoute => {
  try {
    const variables = variablesOf(r)
    const now = Date.now()
    const again = now < gate.lookAt && !gate.isOpen ? null : routeAgain(variables)
    return again ?? sendManifest(r, variables, now) ?? checkSession(r)
  } catch (problem) {
    logError('checkManifest', problem)
    return refused(r, 'control.unavailable')
  }
}
