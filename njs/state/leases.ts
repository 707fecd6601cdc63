import {
  ageOfLease,
  KEY_LENGTH,
  type Lease,
  networkOfLease,
  packLease,
  renewedLease,
  unpackLease,
} from '../domain/viewer/lease.ts'
import { addLasting, keepText, nowSec, numbers, putLasting, texts, trySet } from './memory.ts'

/** Age from which on a lease in use is extended. */
export const REFRESH_AFTER_SEC = 2
const SEEN_WINDOW_SEC = 20
/** Time until a report reaches control, in seconds, rounded up. */
const SYNC_SLACK_SEC = 2
/** Slots of the ring buffer of sessions in use; without syncs the oldest is overwritten. */
export const RING_SIZE = 32768
/** Slots kept free for sessions used while all leases are reported. */
const MOST_NEW = 4096
const RING_TTL_MS = 86_400_000
/** Age that marks a lease as not used yet: longer than any lease's lifetime. */
export const UNUSED_AGE_SEC = 45_000
/** Time without a sync after which leases in use are no longer extended. */
const GRACE_SEC = 86_400

/** The lease of a key; `null` where there is none. `now`: Unix seconds. */
export const readLease = (key: string, now: number): Lease | null => {
  const value = numbers('gh_leases').get(key)
  return value === undefined ? null : unpackLease(value, now)
}

/** Stores a lease that expires after `ttlSec` without use; false where the zone is full: control is asked about the session again. */
export const writeLease = (key: string, lease: Lease): boolean =>
  putLasting('gh_leases', key, packLease(lease), lease.ttlSec * 1000)

/** Reports a session as used with the next sync. */
export const noteSeen = (key: string): void => {
  try {
    const slot = numbers('gh_state').incr('ringHead', 1, 0) % RING_SIZE
    keepText('gh_ring', String(slot), key, RING_TTL_MS)
  } catch {
    // Where the zone is full the report is lost; the traffic log has the request too.
  }
}

/** Seconds between two reports of a session: 20, or less where its lease would expire before. */
const turnOf = (ttlSec: number): number =>
  Math.max(2, Math.min(SEEN_WINDOW_SEC, Math.floor((ttlSec * 2) / 3)))

const windowOf = (key: string, at: number, width: number): number =>
  Math.floor((at + key.charCodeAt(0) + key.charCodeAt(1)) / width)

/**
 * Whether to report this use: one in each interval, and every one after a long pause, since with the next pause the
 * lease could expire.
 */
const isToReport = (key: string, { seen, ttlSec }: Lease, now: number): boolean => {
  const width = turnOf(ttlSec)
  if (now - seen >= ttlSec - width - SYNC_SLACK_SEC) return true
  return windowOf(key, seen, width) !== windowOf(key, now, width)
}

/** Whether the control plane has been silent for so long that leases are no longer extended; looked at once a second. */
const silence = { lookAt: 0, isLong: false }
const isSilentTooLong = (now: number): boolean => {
  if (now >= silence.lookAt || now < silence.lookAt - 1) {
    silence.lookAt = now + 1
    silence.isLong = now - (numbers('gh_state').get('heard') ?? now) > GRACE_SEC
  }
  return silence.isLong
}

/** Extends a lease in use, at most every two seconds; returns whether it did. `now`: Unix seconds. */
export const touchLease = (key: string, lease: Lease, now: number): boolean => {
  if (now - lease.seen < REFRESH_AFTER_SEC || isSilentTooLong(now)) return false
  const { network, ttlSec } = lease
  writeLease(key, { network, ttlSec, seen: now })
  if (isToReport(key, lease, now)) noteSeen(key)
  return true
}

/**
 * Uses a lease by its packed value, which is the network's that asks. An unused lease stays unused with requests of manifests: a playback starts with its first
 * segment or stream.
 */
export const useLease = (key: string, value: number, isMedia: boolean): void => {
  const now = nowSec()
  const age = ageOfLease(value, now)
  if (age < REFRESH_AFTER_SEC || (age >= UNUSED_AGE_SEC && !isMedia) || isSilentTooLong(now)) return
  const lease = unpackLease(value, now)
  trySet(numbers('gh_leases'), key, renewedLease(value, now), lease.ttlSec * 1000)
  if (isToReport(key, lease, now)) noteSeen(key)
}

/** As above, where there is a lease and it is this network's: whether it is. */
export const useLeaseOf = (key: string, network: number, isMedia: boolean): boolean => {
  const value = numbers('gh_leases').get(key)
  if (value === undefined || networkOfLease(value) !== network) return false
  useLease(key, value, isMedia)
  return true
}

/**
 * Reports every lease used since `since` (Unix seconds), after control has lost its sessions or this edge its reports. Leases beyond the size of
 * the ring buffer are reported as they are used.
 */
export const reportLeases = (since = -Infinity): void => {
  for (const key of numbers('gh_leases').keys(RING_SIZE - MOST_NEW)) {
    if (key.length !== KEY_LENGTH) continue
    const lease = since === -Infinity ? null : readLease(key, nowSec())
    if (lease === null || lease.seen >= since) noteSeen(key)
  }
}

/** Stores a lease and reports it as used. */
export const startLease = (key: string, network: number, ttlSec: number): void => {
  writeLease(key, { network, ttlSec, seen: nowSec() })
  noteSeen(key)
}

/** Stores a lease as not used yet, unless there is one: it is reported with its first segment or stream. */
export const reserveLease = (key: string, network: number, ttlSec: number): void => {
  const unused = packLease({ network, ttlSec, seen: nowSec() - UNUSED_AGE_SEC })
  addLasting('gh_leases', key, unused, ttlSec * 1000)
}

/** Seconds since a lease was used; 0 for one not used yet. */
export const silenceOf = (lease: Lease, now: number): number => {
  const age = now - lease.seen
  return age >= UNUSED_AGE_SEC ? 0 : age
}

/** Deletes a lease: control is asked about its next request. */
export const dropLease = (key: string): void => {
  numbers('gh_leases').delete(key)
}

/** Time for a player's next request, in ms. */
const RETURN_MS = 10_000

const returnName = (key: string): string => `d${key}`

/** Deletes a lease at control's request, but for some seconds still counts it in `isPlayed`: control will be asked about it. */
export const recallLease = (key: string): void => {
  if (numbers('gh_leases').get(key) !== undefined)
    keepText('gh_identity', returnName(key), '', RETURN_MS)
  dropLease(key)
}

/** Whether control has recalled a key's lease some seconds ago. */
export const isRecalled = (key: string): boolean =>
  texts('gh_identity').get(returnName(key)) !== undefined

const closeName = (key: string): string => `z${key}`

/** Ends the running stream of a session with its next chunk; another request under the same pass asks control. */
export const closeStream = (key: string): void => {
  keepText('gh_identity', closeName(key), '', RETURN_MS)
  dropLease(key)
}

/** Whether control wants the stream of a key without a lease ended. */
export const isToClose = (key: string): boolean =>
  texts('gh_identity').get(closeName(key)) !== undefined

/** Whether a key has a lease, or had one that was recalled some seconds ago. */
export const isPlayed = (key: string, now: number): boolean =>
  readLease(key, now) !== null || isRecalled(key)

/** Seconds since the last answered sync. */
export const silenceSec = (now: number): number => now - (numbers('gh_state').get('heard') ?? 0)
