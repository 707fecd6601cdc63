import type { PlayRecord } from '#domain/types'

const HOUR_MS = 3_600_000

/** A play that starts later than this beyond now cannot be trusted. */
export const FUTURE_TOLERANCE_MS = 5 * 60_000

/** How far the clocks of two sources may differ before a comparison across them says anything: an hour and some. */
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

/** Nothing has ended later than any clock can be ahead. */
const endedByNow = (play: PlayRecord, now: number): PlayRecord => {
  const latest = Math.max(play.startedAt, now + SOURCE_SKEW_MS)
  if (Math.max(play.lastSeenAt, play.endedAt ?? 0) <= latest) return play
  const endedAt = play.endedAt === null ? null : Math.min(play.endedAt, latest)
  return { ...play, lastSeenAt: Math.min(play.lastSeenAt, latest), endedAt }
}

/** A stop before the start becomes the time played, or nothing; never negative. */
const repairTimes = (play: PlayRecord): PlayRecord => {
  const stop = play.endedAt ?? play.lastSeenAt
  if (stop >= play.startedAt && play.lastSeenAt >= play.startedAt) return play
  const end = Math.max(stop, play.lastSeenAt, play.startedAt + Math.max(0, play.playedMs ?? 0))
  return { ...play, lastSeenAt: end, endedAt: play.endedAt === null ? null : end }
}

const hasTime = (play: PlayRecord): boolean =>
  Number.isFinite(play.startedAt) && play.startedAt > 0 && Number.isFinite(play.lastSeenAt)

/**
 * Puts plays into one order whatever order they arrived in: repeated reports of a play become one, a stop
 * before its start or in the future is mended, and plays that lie in the future are left out.
 */
export const normalisePlays = (plays: readonly PlayRecord[], now: number): PlayRecord[] => {
  const known = new Map<string, PlayRecord>()
  for (const raw of plays) {
    if (!hasTime(raw) || raw.startedAt > now + FUTURE_TOLERANCE_MS) continue
    const play = endedByNow(repairTimes(raw), now)
    const key = `${play.source}\n${play.id}`
    const before = known.get(key)
    if (!before || isNewer(play, before)) known.set(key, play)
  }
  return [...known.values()].sort(byTimeThenId)
}

/**
 * The moment to judge from. When most plays lie in the future it is our own clock that is wrong, and the newest
 * play tells the time.
 */
export const soundNow = (plays: readonly PlayRecord[], now: number): number => {
  const ahead = plays.filter((play) => play.startedAt > now + FUTURE_TOLERANCE_MS)
  if (2 * ahead.length <= plays.length) return now
  return ahead.reduce((newest, play) => Math.max(newest, endOf(play)), now)
}

/** When a play stopped, as far as is known. */
export const endOf = (play: PlayRecord): number =>
  Math.max(play.startedAt, play.endedAt ?? play.lastSeenAt)

/** Slack to grant a comparison of two plays: none within one source, the clocks' skew across two. */
export const clockSlackMs = (a: PlayRecord, b: PlayRecord): number =>
  a.source === b.source ? 0 : SOURCE_SKEW_MS
