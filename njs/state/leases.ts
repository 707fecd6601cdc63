import {
  ageOfLease,
  KEY_LENGTH,
  type Lease,
  networkOfLease,
  packLease,
  unpackLease,
} from '../domain/viewer/lease.ts'
import { keepText, nowSec, numbers, texts, trySet } from './memory.ts'

const REFRESH_AFTER_SEC = 2
const SEEN_WINDOW_SEC = 20
/** What a report takes to reach control, with rounding. */
const SYNC_SLACK_SEC = 2
/** Slots of the ring of sessions seen; the oldest is overwritten when nobody drains it. */
export const RING_SIZE = 32768
/** Room in the ring for what happens meanwhile. */
const MOST_NEW = 4096
const RING_TTL_MS = 86_400_000
/** Older than any lease lives: the mark of one that nobody has used yet. */
const UNUSED_AGE_SEC = 45_000
/** A day without control: leases in use stop renewing themselves. */
const GRACE_SEC = 86_400

/** The lease of a key, or nothing. */
export const readLease = (key: string, now: number): Lease | null => {
  const value = numbers('gh_leases').get(key)
  return value === undefined ? null : unpackLease(value, now)
}

/** Keeps a lease for `ttlSec` without use; a full zone means that the session is asked for again. */
export const writeLease = (key: string, lease: Lease): boolean =>
  trySet(numbers('gh_leases'), key, packLease(lease), lease.ttlSec * 1000)

/** Notes that a session was used, for the next sync. */
export const noteSeen = (key: string): void => {
  try {
    const slot = numbers('gh_state').incr('ringHead', 1, 0) % RING_SIZE
    keepText('gh_ring', String(slot), key, RING_TTL_MS)
  } catch {
    // A full ring costs a report, which the traffic log repeats.
  }
}

/** How long a turn of reports is; a lease shorter than the usual turn is reported well before it ends. */
const turnOf = (ttlSec: number): number =>
  Math.max(2, Math.min(SEEN_WINDOW_SEC, Math.floor((ttlSec * 2) / 3)))

const windowOf = (key: string, at: number, width: number): number =>
  Math.floor((at + key.charCodeAt(0) + key.charCodeAt(1)) / width)

/**
 * Once a turn is enough, but a player that asks rarely is told of each time: two of its silences may outlast
 * the lease.
 */
const isToReport = (key: string, { seen, ttlSec }: Lease, now: number): boolean => {
  const width = turnOf(ttlSec)
  if (now - seen >= ttlSec - width - SYNC_SLACK_SEC) return true
  return windowOf(key, seen, width) !== windowOf(key, now, width)
}

/** Refreshes a lease in use at most every two seconds; true when it did. */
export const touchLease = (key: string, lease: Lease, now: number): boolean => {
  if (now - lease.seen < REFRESH_AFTER_SEC) return false
  const heard = numbers('gh_state').get('heard') ?? now
  if (now - heard > GRACE_SEC) return false
  const { network, ttlSec } = lease
  writeLease(key, { network, ttlSec, seen: now })
  if (isToReport(key, lease, now)) noteSeen(key)
  return true
}

/**
 * Uses a lease: true where there is one and this network's. Looks at the number as it is kept, for every request.
 * A playback starts with its first media: who has only looked at a manifest has started nothing.
 */
export const useLease = (key: string, network: number, isMedia: boolean): boolean => {
  const value = numbers('gh_leases').get(key)
  if (value === undefined || networkOfLease(value) !== network) return false
  const now = nowSec()
  const age = ageOfLease(value, now)
  if (age >= UNUSED_AGE_SEC && !isMedia) return true
  if (age >= REFRESH_AFTER_SEC) touchLease(key, unpackLease(value, now), now)
  return true
}

/**
 * Reports every lease that was used since `since` (Unix seconds): control has lost what it knew, or the reports were lost. Those the ring cannot
 * hold follow as they are used.
 */
export const announceLeases = (since = -Infinity): void => {
  for (const key of numbers('gh_leases').keys(RING_SIZE - MOST_NEW)) {
    if (key.length !== KEY_LENGTH) continue
    const lease = since === -Infinity ? null : readLease(key, nowSec())
    if (lease === null || lease.seen >= since) noteSeen(key)
  }
}

/** Starts a lease and reports it as used. */
export const startLease = (key: string, network: number, ttlSec: number): void => {
  writeLease(key, { network, ttlSec, seen: nowSec() })
  noteSeen(key)
}

/** Keeps an unused lease: it is reported to control with its first request. */
export const reserveLease = (key: string, network: number, ttlSec: number): void => {
  writeLease(key, { network, ttlSec, seen: nowSec() - UNUSED_AGE_SEC })
}

/** Seconds a lease was not used; one that was never used waits for its own viewer. */
export const silenceOf = (lease: Lease, now: number): number => {
  const age = now - lease.seen
  return age >= UNUSED_AGE_SEC ? 0 : age
}

/** Forgets a lease: its next request asks control. */
export const dropLease = (key: string): void => {
  numbers('gh_leases').delete(key)
}

/** How long a player may take to ask again. */
const RETURN_MS = 10_000

const returnName = (key: string): string => `d${key}`

/** Forgets a lease that control wants to be asked about again. */
export const recallLease = (key: string): void => {
  if (numbers('gh_leases').get(key) !== undefined)
    keepText('gh_identity', returnName(key), '', RETURN_MS)
  dropLease(key)
}

/** Whether somebody plays under this key, or is about to ask again. */
export const isPlayed = (key: string, now: number): boolean =>
  readLease(key, now) !== null || texts('gh_identity').get(returnName(key)) !== undefined

/** Seconds since the last sync with control. */
export const silenceSec = (now: number): number => now - (numbers('gh_state').get('heard') ?? 0)
