import type { PlayRecord } from '#domain/types'
import { DETECTORS } from '../detectors/index.ts'
import { inspectEvent } from '../inspect-event.ts'
import type { DetectionRule } from '../rule-types.ts'
import { isInScope } from '../rules.ts'
import { findingKey, type LiveFinding } from './live-finding.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** News of a play may change what the plays of the day before it say. */
export const REVIEW_MS = 24 * HOUR_MS

/** A finding that stands already: it quiets its rule and is not judged again. */
export interface Mark {
  readonly id: string
  readonly rule: string
  readonly at: number
}

/** What is judged, and with what. */
export interface LiveQuestion {
  /** The account's plays as `knownPlays` gives them. */
  readonly plays: readonly PlayRecord[]
  readonly rules: readonly DetectionRule[]
  /** Start of the earliest play that news came of. */
  readonly since: number
  readonly marks: readonly Mark[]
}

const isSlow = (rule: DetectionRule): boolean => DETECTORS[rule.kind].everyMs > 0

/** Where a rule's judgement begins: plays before it are as they were. */
export const reviewedFrom = (rule: DetectionRule, since: number): number =>
  isSlow(rule) ? since : since - REVIEW_MS

/** What takes weeks to show is asked at the first play of each cool-down, counted from the epoch. */
const firstOfEachSlot = (
  rule: DetectionRule,
  plays: readonly PlayRecord[],
): readonly PlayRecord[] => {
  const slotMs = Math.max(rule.cool_down_minutes * MINUTE_MS, HOUR_MS)
  let last = Number.NEGATIVE_INFINITY
  return plays.filter((play) => {
    const slot = Math.floor(play.startedAt / slotMs)
    const isFirst = slot > last
    last = Math.max(last, slot)
    return isFirst
  })
}

const judgeRule = (rule: DetectionRule, question: LiveQuestion): LiveFinding[] => {
  const { plays, since } = question
  const from = reviewedFrom(rule, since)
  const quietMs = rule.cool_down_minutes * MINUTE_MS
  const marks = question.marks.filter((mark) => mark.rule === rule.id)
  const stands = new Set(marks.map(({ id }) => id))
  const candidates = isSlow(rule) ? firstOfEachSlot(rule, plays) : plays
  const found: LiveFinding[] = []
  let quietUntil = Number.NEGATIVE_INFINITY
  for (const event of candidates) {
    const at = event.startedAt
    if (at < from || at < quietUntil || !isInScope(rule, event)) continue
    const key = findingKey(rule.id, event)
    const isQuiet = marks.some((mark) => mark.at <= at && at < mark.at + quietMs)
    if (isQuiet || stands.has(key)) continue
    const finding = inspectEvent(event, plays, [rule])[0]?.finding
    if (finding === undefined) continue
    found.push({ key, rule, event, finding })
    quietUntil = at + quietMs
  }
  return found
}

/** What the rules find in an account's plays since a time: a function of the plays, not of their arrival. */
export const judgeLive = (question: LiveQuestion): LiveFinding[] =>
  question.rules
    .filter((rule) => rule.enabled)
    .flatMap((rule) => judgeRule(rule, question))
    .sort((a, b) => a.finding.at - b.finding.at || (a.key < b.key ? -1 : 1))
