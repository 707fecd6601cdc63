import { copyPlay } from '#domain/copy-play'
import { groupBy } from '#domain/group-by'
import { PlayerIndex } from '#domain/player-index'
import type { PlayRecord } from '#domain/types'
import { hasDerivedDevice } from './guards.ts'
import { endOf } from './normalise.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

// Longer than any film or match: longer plays that stop together were stopped by a restart of the monitor.
const LONG_MS = 8 * HOUR_MS

// Assumed duration in ms of a play whose end was not seen.
const ASSUMED_MS = 2 * HOUR_MS

// Rows that a monitor closes at its restart have the same stop within this time.
const TOGETHER_MS = MINUTE_MS

const endedAt = (play: PlayRecord, end: number): PlayRecord => {
  const length = Math.max(0, end - play.startedAt)
  const ended = copyPlay(play)
  ended.lastSeenAt = Math.min(play.lastSeenAt, end)
  ended.endedAt = end
  ended.playedMs = play.playedMs === null ? null : Math.min(play.playedMs, length)
  return ended
}

/** Ends plays at the start of the next item on the same player and line, since a player plays one item at a time. */
const clippedByNext = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const players = new PlayerIndex(() => ({ nextAt: Number.POSITIVE_INFINITY }))
  const settled = [...plays]
  for (let i = plays.length - 1; i >= 0; i -= 1) {
    const play = plays[i]
    if (play === undefined || play.device === null || hasDerivedDevice(play)) continue
    const player = players.of(play, play.source)
    if (player.nextAt < endOf(play)) settled[i] = endedAt(play, player.nextAt)
    player.nextAt = play.startedAt
  }
  return settled
}

// A viewer who plays the next item within this time watched until then.
const ON_MS = 15 * MINUTE_MS

/** Whether at least half of the plays of a device that stopped together were followed by another on it. */
const goOn = (stopped: readonly PlayRecord[], plays: readonly PlayRecord[]): boolean => {
  const [first, last] = [stopped[0], stopped.at(-1)]
  if (first === undefined || last === undefined) return false
  const next = plays.filter(
    ({ device, startedAt }) =>
      device === first.device &&
      startedAt >= endOf(first) - MINUTE_MS &&
      startedAt <= endOf(last) + ON_MS,
  )
  return 2 * next.length >= stopped.length
}

/** Long plays in groups whose stops are the same, to the minute. */
const stoppedTogether = (plays: readonly PlayRecord[]): PlayRecord[][] => {
  const long = plays
    .filter((play) => endOf(play) - play.startedAt >= LONG_MS)
    .sort((a, b) => endOf(a) - endOf(b))
  const groups: PlayRecord[][] = []
  for (const play of long) {
    const group = groups.at(-1)
    const before = group?.at(-1)
    if (before !== undefined && endOf(play) - endOf(before) <= TOGETHER_MS) group?.push(play)
    else groups.push([play])
  }
  return groups
}

/** Plays whose stop was that of a monitor that came back: several long ones had the same, and were not gone on with. */
const restarts = (plays: readonly PlayRecord[]): ReadonlySet<PlayRecord> => {
  const stopped = new Set<PlayRecord>()
  for (const group of stoppedTogether(plays)) {
    const left = [...groupBy(group, ({ device }) => device ?? '').values()].filter(
      (own) => !goOn(own, plays),
    )
    if (left.flat().length > 1) for (const play of left.flat()) stopped.add(play)
  }
  return stopped
}

/**
 * Corrects ends that were not seen: a play followed by the next item on its player ended then, and
 * long plays that were all told to stop in one minute were stopped by a restart of the monitor, hours or
 * days after their viewer. Plays must be in order of start; a play of an edge is left as it is, since
 * several players may share its device.
 */
export const trueEnds = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const unseen = restarts(plays)
  const clipped = clippedByNext(plays)
  if (unseen.size === 0) return clipped
  return clipped.map((play, i) => {
    const told = plays[i]
    const isUnseen = told !== undefined && unseen.has(told)
    return isUnseen ? endedAt(play, Math.min(endOf(play), play.startedAt + ASSUMED_MS)) : play
  })
}
