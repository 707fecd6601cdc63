import { addMark } from '../domain/viewer/fetch-marks.ts'
import { KEY_LENGTH, LEASE_UNIT, SEEN_SPAN } from '../domain/viewer/lease.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import type { Request, Variables } from '../platform/request.ts'
import { countFurther, MARKS_PERIOD_SEC, MARKS_TTL_MS } from '../state/clone-guard.ts'
import { REFRESH_AFTER_SEC, useLease } from '../state/leases.ts'
import { textAtHand } from '../state/manifests/copies.ts'
import { numbers, trySet } from '../state/memory.ts'
import { networkOf } from '../state/session.ts'
import { tableGeneration } from '../state/table-halves.ts'
import { rangeOf, refused, sendText } from './admit.ts'
import { findFolder } from './origin.ts'

/** Dictionaries of this context. */
const dictionaries: {
  leases?: NgxSharedDict<number>
  pace?: NgxSharedDict<number>
} = {}

/** Key of the session with a lease that a plain address is asked in from its own network, which is extended; `null` = any other request. */
const sessionOf = (
  r: Request,
  variables: Variables,
  seconds: number,
  isMedia: boolean,
): string | null => {
  const place = variables['gh_place'] ?? ''
  if (place === '') return null
  const key = nginxCrypto.sha256(place).slice(0, KEY_LENGTH)
  const lease = (dictionaries.leases ??= numbers('gh_leases')).get(key)
  if (lease === undefined) return null
  const bytes = r.rawVariables['binary_remote_addr']
  const network = bytes?.length === 4 ? bytes.readUInt32BE(0) : networkOf(r)
  if (Math.floor(lease / LEASE_UNIT) !== network) return null
  // Its last use, modulo `SEEN_SPAN`; of a clock that went back `useLease` takes care.
  const age = (seconds - lease) % SEEN_SPAN
  const isRecent = age >= 0 && age < REFRESH_AFTER_SEC
  return isRecent || useLease(key, network, isMedia) ? key : null
}

/**
 * The fast path of segments: a file of the channel's own, asked for by a plain address in a session with a lease, from its own network. Sets where it lies, and
 * returns the session's key; `null` = any other request. `now`: Unix ms. A context that was idle is cold, and each function called there costs 0.5 µs: what runs
 * for every segment stands here in two.
 */
export const admitSegment = (r: Request, variables: Variables, now: number): string | null => {
  const seconds = Math.floor(now / 1000)
  const key = sessionOf(r, variables, seconds, true)
  if (key === null) return null
  const fetched = variables['gh_fetched'] ?? ''
  const folder = findFolder(variables['gh_channel'] ?? '', fetched, now)
  if (folder === null) return null
  const path = folder.base + fetched
  const pace = (dictionaries.pace ??= numbers('gh_pace'))
  const period = Math.floor(seconds / MARKS_PERIOD_SEC)
  const marks = addMark(pace.get(key) ?? 0, Number(variables['gh_fetch_mark']), period)
  if (marks > 0) trySet(pace, key, marks, MARKS_TTL_MS)
  else if (marks < 0) {
    const problem = countFurther(key, path + rangeOf(variables), -marks)
    if (problem !== null) return refused(r, problem)
  }
  variables['gh_origin'] = folder.origin
  variables['gh_path'] = path
  return key
}

/** The fast path of manifests: one of which a copy is at hand. Sets what is sent; `null` = any other request. */
export const sendManifest = (
  r: Request,
  variables: Variables,
  now: number,
): 'send' | 'send-as-range' | null => {
  const key = sessionOf(r, variables, Math.floor(now / 1000), false)
  if (key === null) return null
  const name = variables['gh_copy_name'] ?? ''
  // What a player reports about itself is none of the copy's: `copyKey` leaves it out.
  if (name.includes('CMCD=')) return null
  const text = textAtHand(`${tableGeneration('channels') ?? 0} ${name}`, now)
  if (text === null) return null
  variables['gh_session_key'] = key
  return sendText(variables, text)
}
