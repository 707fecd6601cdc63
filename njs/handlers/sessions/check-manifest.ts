import { LEASE_UNIT, SEEN_SPAN } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { gate, routeAgain } from '../../state/lately/refused.ts'
import { REFRESH_AFTER_SEC, useLease } from '../../state/leases.ts'
import { textAtHand } from '../../state/manifests/copies.ts'
import { numbers } from '../../state/memory.ts'
import { refused, sendText } from '../../verdicts/admit.ts'
import { makeSeat, refreshFolder, seats } from '../../verdicts/known-session.ts'
import { folders } from '../../verdicts/origin.ts'
import { checkSession } from './check-session.ts'

/** The dictionary of this context. */
const dictionaries: { leases?: NgxSharedDict<number> } = {}

/**
 * js_set: the verdict on a request of a manifest, as `checkSession` gives it. One of which a copy is at hand, asked for by a plain address in a session with a
 * lease, from its own network, is sent right here; as in `checkSegment`, what runs for every such request stands in one function.
 */
// oxlint-disable-next-line complexity -- split, it costs a fifth more for every manifest
export const checkManifest = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const now = Date.now()
    const again = now < gate.lookAt && !gate.isOpen ? null : routeAgain(variables, now)
    if (again !== null) return again
    const seatName = variables['gh_seat'] ?? ''
    if (seatName === '') return checkSession(r)
    const seat = seats.get(seatName) ?? makeSeat(r, seatName)
    const { key } = seat
    const lease = (dictionaries.leases ??= numbers('gh_leases')).get(key)
    if (lease === undefined) return checkSession(r)
    const past = lease - seat.least
    if (past < 0 || past >= LEASE_UNIT) return checkSession(r)
    // Seconds since its last use; of a clock that went back `useLease` takes care.
    const age = (now / 1000 - past) % SEEN_SPAN
    if (age >= REFRESH_AFTER_SEC && !useLease(key, seat.network, false)) return checkSession(r)
    if (now >= folders.lookAt) refreshFolder(seat, now)
    const name = variables['gh_copy_name'] ?? ''
    // What a player reports about itself is none of the copy's: `copyKey` leaves it out.
    const text = name.includes('CMCD=') ? null : textAtHand(`${folders.generation} ${name}`, now)
    if (text === null) return checkSession(r)
    variables['gh_session_key'] = key
    return sendText(variables, text)
  } catch (problem) {
    logError('checkManifest', problem)
    return refused(r, 'control.unavailable')
  }
}
