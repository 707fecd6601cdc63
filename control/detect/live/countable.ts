import type { PlayRecord } from '#domain/types'

const isOwnKill = (reason: string): boolean =>
  reason === 'session.ended' || reason.startsWith('ban.')

/**
 * Whether a play may be held against its account. What Gatehouse ended itself is restarted at once and looks like
 * churn, and what it refused never played.
 */
export const isCountable = ({ startedAt, lastSeenAt, endedAt, reason }: PlayRecord): boolean => {
  if (reason === null || endedAt === null) return true
  return !isOwnKill(reason) && (reason === 'ok' || lastSeenAt > startedAt || endedAt > startedAt)
}
