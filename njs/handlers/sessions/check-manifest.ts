import { LEASE_UNIT, SEEN_SPAN } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { wholeRange } from '../../platform/reply.ts'
import { type Request, type Variables, variablesOf } from '../../platform/request.ts'
import { gate, routeAgain } from '../../state/lately/refused.ts'
import { REFRESH_AFTER_SEC, useLease } from '../../state/leases.ts'
import { fillFor } from '../../state/manifests/channel-base.ts'
import { copyAtHand, held, isInFlight } from '../../state/manifests/copies.ts'
import { numbers } from '../../state/memory.ts'
import { rangeOf, refused } from '../../verdicts/admit.ts'
import { findPlace, makeSeat, seatKeys, seatLeasts, seats } from '../../verdicts/known-session.ts'
import { folders } from '../../verdicts/origin.ts'
import { checkSession } from './check-session.ts'

/** The dictionary of this context. */
const dictionaries: { leases?: NgxSharedDict<number> } = {}

/** Whether a blocking playlist reload (RFC 8216bis, section 6.2.5.2) asks for what another request is fetching. */
const isAwaited = (variables: Variables): boolean =>
  (variables['gh_args'] ?? '').includes('_HLS_msn=') && isInFlight(variables['gh_copy'] ?? '')

/** What none of the shortcuts below is for. */
const judge = (r: Request): string => {
  const verdict = checkSession(r)
  if (verdict === 'allow') return isAwaited(variablesOf(r)) ? 'wait' : verdict
  const isSent = verdict === 'send' || verdict === 'send-as-range'
  // A verdict is a word; what is sent is not.
  return isSent ? variablesOf(r)['gh_manifest'] || '\n' : verdict
}

/**
 * js_set: the manifest that is sent, or the verdict on its request, as `checkSession` gives it. One of which a copy is at hand, asked for by a plain address in a
 * session with a lease, from its own network, is sent right here, in bytes; as in `checkSegment`, what runs for every such request stands in one function.
 */
// oxlint-disable-next-line complexity -- split, it costs a fifth more for every manifest
export const checkManifest = (r: Request): string | Uint8Array => {
  try {
    const variables = variablesOf(r)
    const now = Date.now()
    const again = now < gate.lookAt && !gate.isOpen ? null : routeAgain(variables, now)
    if (again !== null) return again
    const seatName = variables['gh_seat'] ?? ''
    if (seatName === '') return judge(r)
    const at = seats.get(seatName) ?? makeSeat(r, seatName)
    const key = seatKeys[at] ?? ''
    const lease = (dictionaries.leases ??= numbers('gh_leases')).get(key)
    if (lease === undefined) return judge(r)
    const past = lease - (seatLeasts[at] ?? 0)
    if (past < 0 || past >= LEASE_UNIT) return judge(r)
    // Seconds since its last use; of a clock that went back `useLease` takes care.
    const age = (now / 1000 - past) % SEEN_SPAN
    if (age >= REFRESH_AFTER_SEC) useLease(key, lease, false)
    if (now >= folders.lookAt) findPlace(at, now)
    const name = variables['gh_copy_name'] ?? ''
    const { generation } = folders
    const copy = held.get(name)
    const isFresh = copy !== undefined && now < copy.freshUntil && copy.generation === generation
    // What a player reports about itself is none of the copy's: `copyKey` leaves it out.
    const isOther = !isFresh && name.includes('CMCD=')
    const bytes = isFresh
      ? copy.bytes
      : isOther
        ? null
        : copyAtHand(name, generation, now, fillFor(r))
    if (bytes === null) return judge(r)
    variables['gh_session_key'] = key
    const asked = rangeOf(variables)
    const range = asked === '' ? null : wholeRange(asked, bytes.length)
    if (range !== null) variables['gh_content_range'] = range
    return bytes
  } catch (problem) {
    logError('checkManifest', problem)
    return refused(r, 'control.unavailable')
  }
}
