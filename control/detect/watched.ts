import type { PlayRecord } from '#domain/types'
import { endOf } from './normalise.ts'

/** Longest watching in one sitting, in ms: a viewer asleep in front of a set still proves presence in one place only once. */
export const WATCHED_AT_MOST_MS = 4 * 3_600_000

/** End of the watched part of a play (Unix ms): at most the time played, and at most four hours after the start. */
export const watchedUntil = (play: PlayRecord): number => {
  const played = play.playedMs === null ? Number.POSITIVE_INFINITY : Math.max(0, play.playedMs)
  const length = Math.min(endOf(play) - play.startedAt, played, WATCHED_AT_MOST_MS)
  return play.startedAt + Math.max(0, length)
}
