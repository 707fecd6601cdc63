import type { PlayRecord } from '#domain/types'
import { preparePlays } from '../../../control/detect/household/prepare-plays.ts'
import { judgeLive, REVIEW_WINDOW_MS } from '../../../control/detect/live/judge-live.ts'
import type { LiveFinding } from '../../../control/detect/live/live-finding.ts'
import type { DetectionRule } from '../../../control/detect/rules/rule-types.ts'

// A play is judged at its start, once it has run beside others long enough to count, and at its end.
const LONG_ENOUGH_MS = 11 * 60_000

/** A play as it stood at a time. */
const asOf = (play: PlayRecord, at: number): PlayRecord =>
  play.endedAt !== null && play.endedAt > at
    ? { ...play, endedAt: null, lastSeenAt: at, playedMs: at - play.startedAt }
    : play

const timesOf = (plays: readonly PlayRecord[]): number[] => {
  const times = plays.flatMap(({ startedAt, endedAt, lastSeenAt }) => [
    startedAt,
    startedAt + LONG_ENOUGH_MS,
    endedAt ?? lastSeenAt,
  ])
  return [...new Set(times)].sort((a, b) => a - b)
}

/** What rules find in an account's plays while they happen, with what is known then; `asked` are the plays worth asking at. */
export const findingsAsTheyHappen = (
  plays: readonly PlayRecord[],
  rules: readonly DetectionRule[],
  asked: readonly PlayRecord[],
): LiveFinding[] => {
  const found = new Map<string, LiveFinding>()
  for (const now of timesOf(asked)) {
    const known = plays.filter(({ startedAt }) => startedAt <= now).map((play) => asOf(play, now))
    const existing = [...found.values()]
      .filter(({ finding }) => finding.at < now - REVIEW_WINDOW_MS)
      .map(({ key, rule, finding }) => ({ id: key, rule: rule.id, at: finding.at }))
    for (const one of judgeLive({ plays: preparePlays(known, now), rules, since: now, existing }))
      if (!found.has(one.key)) found.set(one.key, one)
  }
  return [...found.values()]
}
