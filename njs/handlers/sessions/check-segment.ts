import { hasHidden } from '../../domain/addresses/own-arguments.ts'
import { addMark } from '../../domain/viewer/fetch-marks.ts'
import { LEASE_UNIT, SEEN_SPAN } from '../../domain/viewer/lease.ts'
import { logError } from '../../platform/log.ts'
import { type Request, type Variables, variablesOf } from '../../platform/request.ts'
import { countFurther, MARKS_PERIOD_MS, MARKS_TTL_MS } from '../../state/clone-guard.ts'
import { gate, routeAgain } from '../../state/lately/refused.ts'
import { REFRESH_AFTER_SEC, useLease } from '../../state/leases.ts'
import { numbers } from '../../state/memory.ts'
import { rangeOf, refused } from '../../verdicts/admit.ts'
import { makeSeat, refreshFolder, seats } from '../../verdicts/known-session.ts'
import { folders } from '../../verdicts/origin.ts'
import { checkSession } from './check-session.ts'

/** `@`, which seals and archives begin with. */
const MARK_CODE = 64

/** Dictionaries of this context. */
const dictionaries: { leases?: NgxSharedDict<number>; pace?: NgxSharedDict<number> } = {}

const isOneOf = (names: readonly string[], fetched: string): boolean =>
  names.some((name) => fetched === name || fetched.startsWith(`${name}?`))

/** What none of the shortcuts below is for. */
const judge = (r: Request, variables: Variables): string => {
  const verdict = checkSession(r)
  return verdict === 'allow' ? (variables['gh_session_key'] ?? '') : verdict
}

/**
 * js_set: the key of the session whose segment is admitted; for every other request what `checkSession` says. A file of the channel's own, asked for by a plain
 * address in a session with a lease, from its own network, is admitted right here.
 *
 * A context that was idle is cold, and each function called there costs 0.5 µs: what runs for every segment stands here in one.
 */
// oxlint-disable-next-line complexity -- split, it costs a quarter more for every segment
export const checkSegment = (r: Request): string => {
  try {
    const variables = variablesOf(r)
    const now = Date.now()
    const again = now < gate.lookAt && !gate.isOpen ? null : routeAgain(variables, now)
    if (again !== null) return again
    const name = variables['gh_seat'] ?? ''
    if (name === '') return judge(r, variables)
    const seat = seats.get(name) ?? makeSeat(r, name)
    const { key } = seat
    const lease = (dictionaries.leases ??= numbers('gh_leases')).get(key)
    if (lease === undefined) return judge(r, variables)
    const past = lease - seat.least
    if (past < 0 || past >= LEASE_UNIT) return judge(r, variables)
    // Seconds since its last use; of a clock that went back `useLease` takes care.
    const age = (now / 1000 - past) % SEEN_SPAN
    if (age >= REFRESH_AFTER_SEC && !useLease(key, seat.network, true)) return judge(r, variables)
    if (now >= folders.lookAt || seat.generation !== folders.generation) refreshFolder(seat, now)
    const { folder } = seat
    const fetched = variables['gh_fetched'] ?? ''
    if (folder === null || fetched.charCodeAt(0) === MARK_CODE) return judge(r, variables)
    if (folder.hasOwnArguments && hasHidden(fetched)) return judge(r, variables)
    if (folder.oddNames.length > 0 && isOneOf(folder.oddNames, fetched)) return judge(r, variables)
    const path = folder.base + fetched
    const pace = (dictionaries.pace ??= numbers('gh_pace'))
    const period = (now / MARKS_PERIOD_MS) | 0
    const marks = addMark(pace.get(key) ?? 0, Number(variables['gh_fetch_mark']), period)
    if (marks > 0) {
      try {
        pace.set(key, marks, MARKS_TTL_MS)
      } catch {
        // Where there is no room nothing is counted.
      }
    } else if (marks < 0) {
      const problem = countFurther(key, path + rangeOf(variables), -marks)
      if (problem !== null) return refused(r, problem)
    }
    variables['gh_origin'] = folder.origin
    variables['gh_path'] = path
    return key
  } catch (problem) {
    logError('checkSegment', problem)
    return refused(r, 'control.unavailable')
  }
}
