import type { ReasonId } from '../domain/reasons.ts'
import { nginxCrypto } from '../platform/crypto.ts'
import { bytesSinceEmptied } from './emptied.ts'
import { dropLease } from './leases.ts'
import { countIn, nowSec, numbers, trySet } from './memory.ts'
import { setBan } from './refusals.ts'
import { noteReport } from './reports.ts'

/** Fetches of one segment in ten seconds that a player may need: ranges apart, retries, keys once per segment. */
const FREE_FETCHES = 4
const BUCKET_SEC = 10
/** Fetches beyond that, in half a minute, which no single player makes. */
const MAX_EXCESS = 60
const EXCESS_WINDOW_MS = 30_000
const BAN_MS = 3_600_000
/** Connections of one MPEG-TS session in half a minute, reconnects included. */
const MAX_TAKEOVERS = 4
const STREAM_TTL_MS = 3_600_000

/** Counts fetches of the same segment under one session, to detect several players on one pass. */
export const isFetchRateSuspicious = (
  key: string,
  path: string,
  range: string,
): ReasonId | null => {
  const bucket = Math.floor(nowSec() / BUCKET_SEC) % 36
  const name = key.slice(0, 8) + bucket.toString(36) + nginxCrypto.sha256(path + range).slice(0, 7)
  if (countIn('gh_pace', name, BUCKET_SEC * 2000) <= FREE_FETCHES) return null
  if (countIn('gh_pace', `+${key.slice(1)}`, EXCESS_WINDOW_MS) <= MAX_EXCESS) return null
  setBan(key, Date.now() + BAN_MS, Date.now())
  dropLease(key)
  noteReport('ended', `${key} session.cloned`)
  return 'session.cloned'
}

/** The serial of a connection, or why it may not stream. */
export type Claim =
  | { readonly ok: true; readonly serial: string }
  | { readonly ok: false; readonly reason: ReasonId }

/**
 * Makes a new MPEG-TS connection the session's current one. Not when reconnects come too fast for one player, nor where there is no room to
 * note it: two players could not be told apart then. Serials rise from the clock on, so that none comes twice where their count was lost.
 */
export const claimStream = (key: string): Claim => {
  if (countIn('gh_pace', `t${key.slice(1)}`, EXCESS_WINDOW_MS) > MAX_TAKEOVERS)
    return { ok: false, reason: 'session.cloned' }
  const serial = numbers('gh_state').incr('serial', 1, Date.now())
  if (!trySet(numbers('gh_streams'), key, serial, STREAM_TTL_MS))
    return { ok: false, reason: 'edge.full' }
  return { ok: true, serial: String(serial) }
}

/** Whether a connection still is the session's newest; keeps the note alive. */
export const ownsStream = (key: string, serial: string): boolean => {
  // What a connection has that may not stream at all.
  if (serial === '0') return false
  const present = numbers('gh_streams').get(key)
  if (present !== undefined && String(present) !== serial) return false
  trySet(numbers('gh_streams'), key, Number(serial), STREAM_TTL_MS)
  return true
}

/** Marks beside the sessions' own: what was told of a connection's bytes, by its serial. */
const toldName = (serial: string): string => `#${serial}`

/** Reports the bytes a running stream has sent since its last report. */
export const noteBytes = (key: string, serial: string, sent: number): void => {
  const dict = numbers('gh_streams')
  const more = sent - (dict.get(toldName(serial)) ?? 0)
  // Without the mark the same bytes would be told again at the end.
  if (more > 0 && trySet(dict, toldName(serial), sent, STREAM_TTL_MS))
    noteReport('bytes', `${key} ${more}`)
}

/** Of the bytes a connection has sent in `seconds`, those that were not reported while it ran. `now`: Unix ms. */
export const untoldBytes = (serial: string, sent: number, seconds: number, now: number): number => {
  const told = numbers('gh_streams').get(toldName(serial))
  return told === undefined
    ? bytesSinceEmptied(serial, sent, seconds, now)
    : Math.max(0, sent - told)
}

/** Forgets a connection that has ended. */
export const forgetBytes = (serial: string): void => {
  numbers('gh_streams').delete(toldName(serial))
}
