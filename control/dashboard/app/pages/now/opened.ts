import type { Play } from '../../data/types.ts'

/** What "the last hour" is, ms. */
export const HOUR_MS = 3_600_000
/** Plays of the past hour that are read at most. */
export const MOST = 10_000

/** Whether something was played, as history counts plays; else the opening was refused. */
export const isPlayed = ({
  reason,
  endedAt,
  lastSeenAt,
  startedAt,
  playedMs,
  bytes,
}: Play): boolean =>
  reason !== 'session.unstarted' &&
  (endedAt === null || lastSeenAt > startedAt || (playedMs ?? 0) > 0 || (bytes ?? 0) > 0)
