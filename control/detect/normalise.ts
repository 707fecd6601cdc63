import { copyPlay } from '#domain/copy-play'
import type { PlayRecord } from '#domain/types'

const HOUR_MS = 3_600_000

/** A play that starts further in the future than this is discarded (milliseconds). */
export const FUTURE_TOLERANCE_MS = 5 * 60_000

/** Assumed maximum clock skew between two sources (milliseconds): an hour for a wrong time zone, and five minutes. */
export const SOURCE_SKEW_MS = HOUR_MS + 5 * 60_000

const byTimeThenId = (a: PlayRecord, b: PlayRecord): number =>
  a.startedAt - b.startedAt ||
  a.lastSeenAt - b.lastSeenAt ||
  (a.source < b.source ? -1 : a.source > b.source ? 1 : 0) ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Of two reports of one play the later one wins; an ended one beats one that still plays. */
const isNewer = (next: PlayRecord, known: PlayRecord): boolean => {
  if (next.lastSeenAt !== known.lastSeenAt) return next.lastSeenAt > known.lastSeenAt
  if ((next.endedAt !== null) !== (known.endedAt !== null)) return next.endedAt !== null
  return byTimeThenId(next, known) < 0
}

/** Limits an end to the latest time that a clock can be ahead. */
const endedByNow = (play: PlayRecord, now: number): PlayRecord => {
  const latest = Math.max(play.startedAt, now + SOURCE_SKEW_MS)
  if (Math.max(play.lastSeenAt, play.endedAt ?? 0) <= latest) return play
  const ended = copyPlay(play)
  ended.lastSeenAt = Math.min(play.lastSeenAt, latest)
  ended.endedAt = play.endedAt === null ? null : Math.min(play.endedAt, latest)
  return ended
}

/** A stop before the start becomes the time played, or nothing; never negative. */
const repairTimes = (play: PlayRecord): PlayRecord => {
  const stop = play.endedAt ?? play.lastSeenAt
  if (stop >= play.startedAt && play.lastSeenAt >= play.startedAt) return play
  const end = Math.max(stop, play.lastSeenAt, play.startedAt + Math.max(0, play.playedMs ?? 0))
  const repaired = copyPlay(play)
  repaired.lastSeenAt = end
  repaired.endedAt = play.endedAt === null ? null : end
  return repaired
}

const hasTime = (play: PlayRecord): boolean =>
  Number.isFinite(play.startedAt) && play.startedAt > 0 && Number.isFinite(play.lastSeenAt)

/**
 * Sorts plays by start and deduplicates them, whatever order they arrived in: the latest report of a play
 * wins, a stop before its start or in the future is corrected, and plays that lie in the future are dropped.
 */
export const normalisePlays = (plays: readonly PlayRecord[], now: number): PlayRecord[] => {
  const sources = new Map<string, Map<string, number>>()
  const known: PlayRecord[] = []
  for (const raw of plays) {
    if (!hasTime(raw) || raw.startedAt > now + FUTURE_TOLERANCE_MS) continue
    const play = endedByNow(repairTimes(raw), now)
    let places = sources.get(play.source)
    if (places === undefined) sources.set(play.source, (places = new Map()))
    const at = places.get(play.id)
    const before = at === undefined ? undefined : known[at]
    if (at === undefined || before === undefined) places.set(play.id, known.push(play) - 1)
    else if (isNewer(play, before)) known[at] = play
  }
  return known.sort(byTimeThenId)
}

/**
 * The time to judge from (Unix ms): `now`, or the end of the newest play when most plays lie in the future, since
 * then our own clock is wrong.
 */
export const reliableNow = (plays: readonly PlayRecord[], now: number): number => {
  const ahead = plays.filter((play) => play.startedAt > now + FUTURE_TOLERANCE_MS)
  if (2 * ahead.length <= plays.length) return now
  return ahead.reduce((newest, play) => Math.max(newest, endOf(play)), now)
}

/** When a play stopped or was last seen (Unix ms). */
export const endOf = (play: PlayRecord): number =>
  Math.max(play.startedAt, play.endedAt ?? play.lastSeenAt)

/** Clock tolerance when comparing two plays (milliseconds): 0 within one source, SOURCE_SKEW_MS across two. */
export const clockSlackMs = (a: PlayRecord, b: PlayRecord): number =>
  a.source === b.source ? 0 : SOURCE_SKEW_MS
