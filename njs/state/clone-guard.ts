import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { bytesSinceEmptied } from './emptied.ts'
import { dropLease } from './leases.ts'
import { countIn, nowSec, numbers, putLasting, tryAdd, trySet } from './memory.ts'
import { setBan } from './refusals.ts'
import { noteReport } from './reports.ts'

/** Requests of one segment in ten seconds that a single player may need: retries, a key once per segment; ranges count separately. */
const FREE_FETCHES = 4
const BUCKET_SEC = 10
/** The periods that marks (`addMark`) hold in. */
export const MARKS_PERIOD_MS = BUCKET_SEC * 1000
/** How long a session's marks are kept. */
export const MARKS_TTL_MS = BUCKET_SEC * 2000
/** Requests beyond that in half a minute, from which on the pass is taken for shared. */
const MAX_EXCESS = 60
const EXCESS_WINDOW_MS = 30_000
/**
 * Ten-second periods, within {@link PERIODS_WINDOW_MS}, in which yet another segment was requested more often than one player needs. Several players go on
 * so from segment to segment; one that retries, downloads or starts anew asks much at once, or for the same.
 */
const MIN_PERIODS = 4
const PERIODS_WINDOW_MS = 80_000
const BAN_MS = 3_600_000
/** Connections of one MPEG-TS session in half a minute that took over from one that was still running. */
const MAX_TAKEOVERS = 4
const STREAM_TTL_MS = 3_600_000
/** How much later than the next connection the end of the one before may be seen. */
const LATE_END_MS = 1_000

/** Counts the periods in which a segment was requested too often that was not before. */
const countPeriods = (key: string, segment: string, bucket: string): number => {
  const dict = numbers('gh_pace')
  const counter = `=${key.slice(1)}`
  const isNew =
    tryAdd(dict, `*${key.slice(1, 9)}${segment}`, 1, PERIODS_WINDOW_MS) &&
    tryAdd(dict, `!${key.slice(1)}${bucket}`, 1, BUCKET_SEC * 2000)
  return isNew ? countIn('gh_pace', counter, PERIODS_WINDOW_MS) : (dict.get(counter) ?? 0)
}

/**
 * Counts requests of the same segment (path and range) in a session; where several players use the pass, ends and bans the session and returns the
 * reason. `before`: requests of it that were not counted; each above what a player needs counts `times` over.
 */
const countFetch = (
  key: string,
  fetched: string,
  { before, times }: { readonly before: number; readonly times: number },
): ReasonId | null => {
  const bucket = (Math.floor(nowSec() / BUCKET_SEC) % 36).toString(36)
  const segment = nginxCrypto.sha256(fetched).slice(0, 7)
  const name = key.slice(0, 8) + bucket + segment
  if (countIn('gh_pace', name, BUCKET_SEC * 2000) + before <= FREE_FETCHES) return null
  const periods = countPeriods(key, segment, bucket)
  if (countIn('gh_pace', `+${key.slice(1)}`, EXCESS_WINDOW_MS, times) <= MAX_EXCESS) return null
  if (periods < MIN_PERIODS) return null
  setBan(key, Date.now() + BAN_MS, Date.now())
  dropLease(key)
  noteReport('ended', `${key} session.cloned`)
  return 'session.cloned'
}

/** Counts a request of a segment (path and range); a reason where several players use the pass: the session is then ended and banned. */
export const isFetchRateSuspicious = (key: string, fetched: string): ReasonId | null =>
  countFetch(key, fetched, { before: 0, times: 1 })

/** Counts, `times` over, the request of a segment that its mark (`addMark`) says was requested before. */
export const countFurther = (key: string, fetched: string, times: number): ReasonId | null =>
  countFetch(key, fetched, { before: 1, times })

/** The serial number of a stream's connection, or the reason why it is refused. */
export type Claim =
  | { readonly ok: true; readonly serial: string }
  | { readonly ok: false; readonly reason: ReasonId }

const endedName = (key: string): string => `~${key.slice(1)}`
const takeoversName = (key: string): string => `t${key.slice(1)}`
/** A connection that another has taken over from; an entry of its own, since connections end in any order. */
const replacedName = (serial: string | number): string => `r${serial}`

/** Forgets a takeover from a connection that was closed already: with several workers, the one that sees the end may be later than the one with the next connection. */
const forgetTakeover = (key: string, serial: string): void => {
  const dict = numbers('gh_pace')
  if (dict.get(replacedName(serial)) === undefined) return
  dict.delete(replacedName(serial))
  const counted = dict.get(takeoversName(key)) ?? 0
  if (counted > 0) dict.incr(takeoversName(key), -1, 0)
}

/** Notes that a connection has ended, which the edge has not cut: the next one, or one that came a moment ago, takes over from nobody. */
export const noteStreamEnded = (key: string, serial: string): void => {
  forgetTakeover(key, serial)
  const present = numbers('gh_streams').get(key)
  if (present === undefined || String(present) === serial)
    trySet(numbers('gh_pace'), endedName(key), 1, EXCESS_WINDOW_MS)
}

/** Whether the session's last connection may still run. */
const isTakeover = (key: string): boolean => {
  const dict = numbers('gh_pace')
  if (dict.get(endedName(key)) === undefined) return true
  dict.delete(endedName(key))
  return false
}

/** Whether connections have taken over from running ones too often; counts this one. */
const areTakeoversTooMany = (key: string): boolean => {
  if (!isTakeover(key)) return false
  const before = numbers('gh_streams').get(key)
  if (before !== undefined) trySet(numbers('gh_pace'), replacedName(before), 1, LATE_END_MS)
  return countIn('gh_pace', takeoversName(key), EXCESS_WINDOW_MS) > MAX_TAKEOVERS
}

/**
 * Makes a new MPEG-TS connection the session's current one. Refused where connections take over from running ones too often for one player (`session.cloned`) and
 * where the zone is full (`edge.full`). Serials start at the clock's milliseconds, so that none is repeated after the counter was lost.
 */
export const claimStream = (key: string): Claim => {
  if (areTakeoversTooMany(key)) return { ok: false, reason: 'session.cloned' }
  const serial = numbers('gh_state').incr('serial', 1, Date.now())
  if (!putLasting('gh_streams', key, serial, STREAM_TTL_MS))
    return { ok: false, reason: 'edge.full' }
  return { ok: true, serial: String(serial) }
}

/** Whether a connection is still the session's current one; extends the entry that says so. */
export const ownsStream = (key: string, serial: string): boolean => {
  // The serial of a connection that was refused.
  if (serial === '0') return false
  const present = numbers('gh_streams').get(key)
  if (present !== undefined && String(present) !== serial) return false
  putLasting('gh_streams', key, Number(serial), STREAM_TTL_MS)
  return true
}

/** Key of the bytes of a connection that were reported, beside the sessions' entries in the same zone. */
const reportedName = (serial: string): string => `#${serial}`

/** Reports the bytes a running stream has sent since its last report. */
export const noteBytes = (key: string, serial: string, sent: number): void => {
  const dict = numbers('gh_streams')
  const more = sent - (dict.get(reportedName(serial)) ?? 0)
  // Without this entry the same bytes would be reported again at the end.
  if (more > 0 && putLasting('gh_streams', reportedName(serial), sent, STREAM_TTL_MS))
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
