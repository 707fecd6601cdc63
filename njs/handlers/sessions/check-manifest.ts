import { KEY_LENGTH, LEASE_UNIT, SEEN_SPAN } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { wholeRange } from '../../platform/reply.ts'
import { type Request, type Variables, variablesOf } from '../../platform/request.ts'
import { gate, routeAgain } from '../../state/lately/refused.ts'
import { REFRESH_AFTER_SEC, UNUSED_AGE_SEC, useLease } from '../../state/leases.ts'
import { fillFor } from '../../state/manifests/channel-base.ts'
import { copyAtHand, held, SENT_HEAD, type Sent } from '../../state/manifests/copies.ts'
import { isInFlight } from '../../state/manifests/flights.ts'
import { numbers } from '../../state/memory.ts'
import { rangeOf, refused } from '../../verdicts/admit.ts'
import {
  findPlace,
  makeSeat,
  seatHeads,
  seatKeys,
  seatLeasts,
  seats,
  seatTails,
} from '../../verdicts/known-session.ts'
import { folders } from '../../verdicts/origin.ts'
import { checkSession } from './check-session.ts'

/** The dictionary of this context. */
const dictionaries: { leases?: NgxSharedDict<number> } = {}

/** Whether a blocking playlist reload (RFC 8216bis, section 6.2.5.2) asks for what another request is fetching. */
const isAwaited = (variables: Variables): boolean =>
  (variables['gh_args'] ?? '').includes('_HLS_msn=') && isInFlight(variables['gh_copy'] ?? '')

/** Until when neither what refuses nor the channel table need be looked at, Unix ms. */
const looked = { until: 0 }

/** What stands between the session's key and a manifest that is sent whole, or as the range that it was asked for as. */
const WHOLE = ' '
const AS_RANGE = '/'
const WHOLE_BYTE = WHOLE.charCodeAt(0)
const AS_RANGE_BYTE = AS_RANGE.charCodeAt(0)

/** What none of the shortcuts below is for. */
const judge = (r: Request): string => {
  const verdict = checkSession(r)
  if (verdict === 'allow') return isAwaited(variablesOf(r)) ? 'wait' : verdict
  if (verdict !== 'send' && verdict !== 'send-as-range') return verdict
  const { gh_session_key: key, gh_manifest: text } = variablesOf(r)
  return `${key}${verdict === 'send' ? WHOLE : AS_RANGE}${text}`
}

/** Before the name of a copy that is asked for with a Referer or a Range. */
const BESIDE = '~'

/** The copy at hand that `$gh_copy_name` names; `null` = none. */
const findCopy = (r: Request, copyName: string, now: number): Sent | null => {
  const name = copyName.startsWith(BESIDE) ? copyName.slice(BESIDE.length) : copyName
  const { generation } = folders
  const copy = held.get(name)
  if (copy !== undefined && now < copy.freshUntil && copy.generation === generation) return copy
  // What a player reports about itself is none of the copy's: `copyKey` leaves it out.
  return name.includes('CMCD=') ? null : copyAtHand(name, generation, now, fillFor(r))
}

/** The `Content-Range` of a copy that is sent as the range it is asked for as; `null` where it is sent whole. */
const partOf = (variables: Variables, { bytes }: Sent): string | null => {
  const asked = rangeOf(variables)
  return asked === '' ? null : wholeRange(asked, bytes.length - SENT_HEAD)
}

/** Sends a copy that was not held under the name that it was asked for by: one asked for with a Referer or a Range has another here. */
const sendFound = (
  r: Request,
  variables: Variables,
  at: number,
  copy: Sent | null,
): string | Uint8Array => {
  if (copy === null) return judge(r)
  const range = partOf(variables, copy)
  if (range !== null) variables['gh_content_range'] = range
  copy.head[0] = seatHeads[at] ?? 0
  copy.head[1] = seatTails[at] ?? 0
  copy.bytes[KEY_LENGTH] = range === null ? WHOLE_BYTE : AS_RANGE_BYTE
  return copy.bytes
}

/**
 * js_set: the key of the session and the manifest that is sent, or the verdict on its request, as `checkSession` gives it. One of which a copy is at hand, asked for by a plain address in a
 * session with a lease, from its own network, is sent right here, in bytes; as in `checkSegment`, what runs for every such request stands in one function.
 */
// oxlint-disable-next-line complexity -- split, it costs a fifth more for every manifest
export const checkManifest = (r: Request): string | Uint8Array => {
  try {
    // In place of `variablesOf`: one call less.
    const { variables } = r
    const now = Date.now()
    const isToLook = now >= looked.until
    const again = isToLook ? routeAgain(variables, now) : null
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
    if (age >= REFRESH_AFTER_SEC && age < UNUSED_AGE_SEC) useLease(key, lease, false)
    if (isToLook) {
      findPlace(at, now)
      looked.until = gate.isOpen ? 0 : Math.min(gate.lookAt, folders.lookAt)
    }
    const name = variables['gh_copy_name'] ?? ''
    const copy = held.get(name)
    if (copy === undefined || now >= copy.freshUntil || copy.generation !== folders.generation)
      return sendFound(r, variables, at, findCopy(r, name, now))
    copy.head[0] = seatHeads[at] ?? 0
    copy.head[1] = seatTails[at] ?? 0
    copy.bytes[KEY_LENGTH] = WHOLE_BYTE
    return copy.bytes
  } catch (problem) {
    logError('checkManifest', problem)
    return refused(r, 'control.unavailable')
  }
}
