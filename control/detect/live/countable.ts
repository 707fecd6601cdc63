import type { PlayRecord } from '#domain/types'

const isOwnKill = (reason: string): boolean =>
  reason === 'session.ended' || reason.startsWith('ban.')

/**
 * Whether a play counts in detection. Plays that Gatehouse ended are restarted at once and would look like changes of
 * device; refused ones never played.
 */
export const isCountable = ({ startedAt, lastSeenAt, endedAt, reason }: PlayRecord): boolean => {
  if (reason === null || endedAt === null) return true
  return !isOwnKill(reason) && (reason === 'ok' || lastSeenAt > startedAt || endedAt > startedAt)
}
