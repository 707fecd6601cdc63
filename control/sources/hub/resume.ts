import type { PlayRecord } from '#domain/types'
import { playIdOf } from '../live/play-table.ts'
import type { SourcePorts } from '../model/source-kind.ts'

/** Longest gap, in ms, after which a play that is seen again is the same one. */
const LONGEST_GAP_MS = 10 * 60_000

/** Finds plays that history has as running a moment ago, so that a restart of this process continues them. */
export const createResume = (
  open: readonly PlayRecord[],
  now: number,
): NonNullable<SourcePorts['resume']> => {
  const recent = new Map(
    open
      .filter(({ endedAt, lastSeenAt }) => endedAt === null && now - lastSeenAt <= LONGEST_GAP_MS)
      .map(({ id, startedAt }) => [id, { id, startedAt }]),
  )
  return (key) => {
    for (const start of recent.values())
      if (playIdOf(key, start.startedAt) === start.id) return start
    return null
  }
}
