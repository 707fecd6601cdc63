import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { bytesSinceEmptied } from './emptied.ts'
import { dropLease } from './leases.ts'
import { countIn, nowSec, numbers, trySet } from './memory.ts'
import { setBan } from './refusals.ts'
import { noteReport } from './reports.ts'

/** Requests of one segment in ten seconds that a single player may need: retries, a key once per segment; ranges count separately. */
const FREE_FETCHES = 4
const BUCKET_SEC = 10
/** Requests beyond that in half a minute, from which on the pass is taken for shared. */
const MAX_EXCESS = 60
const EXCESS_WINDOW_MS = 30_000
const BAN_MS = 3_600_000
/** Connections of one MPEG-TS session in half a minute, reconnections included. */
const MAX_TAKEOVERS = 4
const STREAM_TTL_MS = 3_600_000

/**
 * Counts requests of the same segment (path and range) in a session; where several players use the pass, ends and bans the session and returns the
 * reason.
 */
export const isFetchRateSuspicious = (key: string, fetched: string): ReasonId | null => {
  const bucket = Math.floor(nowSec() / BUCKET_SEC) % 36
  const name = key.slice(0, 8) + bucket.toString(36) + nginxCrypto.sha256(fetched).slice(0, 7)
  if (countIn('gh_pace', name, BUCKET_SEC * 2000) <= FREE_FETCHES) return null
  if (countIn('gh_pace', `+${key.slice(1)}`, EXCESS_WINDOW_MS) <= MAX_EXCESS) return null
  setBan(key, Date.now() + BAN_MS, Date.now())
  dropLease(key)
  noteReport('ended', `${key} session.cloned`)
  return 'session.cloned'
}

/** The serial number of a stream's connection, or the reason why it is refused. */
export type Claim =
  | { readonly ok: true; readonly serial: string }
  | { readonly ok: false; readonly reason: ReasonId }

/**
 * Makes a new MPEG-TS connection the session's current one. Refused where reconnections are too frequent for one player (`session.cloned`) and
 * where the zone is full (`edge.full`). Serials start at the clock's milliseconds, so that none is repeated after the counter was lost.
 */
export const claimStream = (key: string): Claim => {
  if (countIn('gh_pace', `t${key.slice(1)}`, EXCESS_WINDOW_MS) > MAX_TAKEOVERS)
    return { ok: false, reason: 'session.cloned' }
  const serial = numbers('gh_state').incr('serial', 1, Date.now())
  if (!trySet(numbers('gh_streams'), key, serial, STREAM_TTL_MS))
    return { ok: false, reason: 'edge.full' }
  return { ok: true, serial: String(serial) }
}

/** Whether a connection is still the session's current one; extends the entry that says so. */
export const ownsStream = (key: string, serial: string): boolean => {
  // The serial of a connection that was refused.
  if (serial === '0') return false
  const present = numbers('gh_streams').get(key)
  if (present !== undefined && String(present) !== serial) return false
  trySet(numbers('gh_streams'), key, Number(serial), STREAM_TTL_MS)
  return true
}

/** Key of the bytes of a connection that were reported, beside the sessions' entries in the same zone. */
const reportedName = (serial: string): string => `#${serial}`

/** Reports the bytes a running stream has sent since its last report. */
export const noteBytes = (key: string, serial: string, sent: number): void => {
  const dict = numbers('gh_streams')
  const more = sent - (dict.get(reportedName(serial)) ?? 0)
  // Without this entry the same bytes would be reported again at the end.
  if (more > 0 && trySet(dict, reportedName(serial), sent, STREAM_TTL_MS))
    noteReport('bytes', `${key} ${more}`)
}

/** Of the `sent` bytes of a connection that ended after `seconds`, those not reported while it ran. `now`: Unix ms. */
export const unreportedBytes = (
  serial: string,
  sent: number,
  seconds: number,
  now: number,
): number => {
  const reported = numbers('gh_streams').get(reportedName(serial))
  return reported === undefined
    ? bytesSinceEmptied(serial, sent, seconds, now)
    : Math.max(0, sent - reported)
}

/** Deletes the count of a connection that has ended. */
export const deleteByteCount = (serial: string): void => {
  numbers('gh_streams').delete(reportedName(serial))
}
