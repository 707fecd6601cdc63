import type { PlayRecord } from '#domain/types'
import { playIdOf } from '../live/play-table.ts'
import type { SourcePorts } from '../model/source-kind.ts'

/** What was last seen earlier is another play when it is seen again. */
const LONGEST_GAP_MS = 10 * 60_000

/** Finds the plays that history holds as running a moment ago, so that a restart of this process does not end them. */
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
