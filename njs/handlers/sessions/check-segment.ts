import { type Folder, hasHidden } from '../../domain/addresses/own-arguments.ts'
import { addMark, markOfLetter } from '../../domain/viewer/fetch-marks.ts'
import { LEASE_UNIT, SEEN_SPAN } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { type Request, variablesOf } from '../../platform/request.ts'
import { countFurther, MARKS_PERIOD_MS, MARKS_TTL_MS } from '../../state/clone-guard.ts'
import { gate, routeAgain } from '../../state/lately/refused.ts'
import { SAFE_MS } from '../../state/lately/safe-headers.ts'
import { REFRESH_AFTER_SEC, useLease } from '../../state/leases.ts'
import { numbers } from '../../state/memory.ts'
import { rangeOf, refused } from '../../verdicts/admit.ts'
import {
  findPlace,
  lookAtHeaders,
  makeSeat,
  seatHeads,
  seatKeys,
  seatLeasts,
  seatPlaces,
  seats,
  seatTails,
} from '../../verdicts/known-session.ts'
import { folders } from '../../verdicts/origin.ts'
import { checkSession } from './check-session.ts'

/** Dictionaries of this context. */
const dictionaries: { leases?: NgxSharedDict<number>; pace?: NgxSharedDict<number> } = {}

/** What follows a name, or a script's: nothing, arguments or a path for it. */
const ENDED = ['', '?', '/']

const isOneOf = (names: readonly string[], fetched: string): boolean =>
  names.some((name) => fetched.startsWith(name) && ENDED.includes(fetched.charAt(name.length)))

/** What is fetched of a folder is no file that lies there: the channel's entry by an odd name, or an address without its values. */
const isOdd = (folder: Folder, fetched: string): boolean =>
  (folder.own.length > 0 && hasHidden(fetched)) || isOneOf(folder.oddNames, fetched)

/**
 * js_set: of a segment that is admitted, the session's key, whether its origin's headers are safe, the origin and the folder there, in bytes; for every other request what
 * `checkSession` says. A file of the channel's own, asked for by a plain address in a session with a lease, from its own network, is admitted right here.
 *
 * A context that was idle is cold, and each function called there costs 0.5 µs: what runs for every segment stands here in one. nginx puts together what it can.
 */
// oxlint-disable-next-line complexity -- split, it costs a quarter more for every segment
export const checkSegment = (r: Request): string | Uint8Array => {
  try {
    const variables = variablesOf(r)
    const now = Date.now()
    const again = now < gate.lookAt && !gate.isOpen ? null : routeAgain(variables, now)
    if (again !== null) return again
    // Each variable read costs as much as all that is reckoned here: the mark stands before the seat.
    const marked = variables['gh_seat'] ?? ''
    if (marked === '') return checkSession(r)
    const name = marked.slice(1)
    const at = seats.get(name) ?? makeSeat(r, name)
    const key = seatKeys[at] ?? ''
    const lease = (dictionaries.leases ??= numbers('gh_leases')).get(key)
    if (lease === undefined) return checkSession(r)
    const past = lease - (seatLeasts[at] ?? 0)
    if (past < 0 || past >= LEASE_UNIT) return checkSession(r)
    // Seconds since its last use; of a clock that went back `useLease` takes care.
    const age = (now / 1000 - past) % SEEN_SPAN
    if (age >= REFRESH_AFTER_SEC) useLease(key, lease, true)
    let place = seatPlaces[at] ?? null
    if (now >= folders.lookAt || place?.generation !== folders.generation)
      place = findPlace(at, now)
    if (place === null) return checkSession(r)
    const mayBeOdd = place.own.length > 0 || place.oddNames.length > 0
    if (mayBeOdd && isOdd(place, variables['gh_fetched'] ?? '')) return checkSession(r)
    const pace = (dictionaries.pace ??= numbers('gh_pace'))
    const period = (now / MARKS_PERIOD_MS) | 0
    const marks = addMark(pace.get(key) ?? 0, markOfLetter(marked.charCodeAt(0)), period)
    if (marks > 0) {
      try {
        pace.set(key, marks, MARKS_TTL_MS)
      } catch {
        // Where there is no room nothing is counted.
      }
    } else if (marks < 0) {
      const path = place.base + (variables['gh_fetched'] ?? '')
      const problem = countFurther(key, path + rangeOf(variables), -marks)
      if (problem !== null) return refused(r, problem)
    }
    // Far ahead it is of a clock that went back.
    const left = place.lookAt - now
    if (left <= 0 || left > SAFE_MS) lookAtHeaders(place, now)
    place.head[0] = seatHeads[at] ?? 0
    place.head[1] = seatTails[at] ?? 0
    return place.answer
  } catch (problem) {
    logError('checkSegment', problem)
    return refused(r, 'control.unavailable')
  }
}
