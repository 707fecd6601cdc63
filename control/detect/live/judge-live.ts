import type { PlayRecord } from '#domain/types'
import { DETECTORS } from '../detectors/index.ts'
import { alarmsOf, homesLast, type IsAlarm } from '../judge/alarms.ts'
import { firstIndexSince, inspectPlayAt } from '../judge/inspect-event.ts'
import { endOf } from '../normalise.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import { isInScope } from '../rules/rules.ts'
import { findingKey, type LiveFinding } from './live-finding.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** A late report of a play may change findings about plays up to this long before it (milliseconds). */
export const REVIEW_WINDOW_MS = 24 * HOUR_MS

/** A stored finding that stays: it starts its rule's cool-down and is not judged again. */
export interface ExistingFinding {
  readonly id: string
  readonly rule: string
  readonly at: number
}

/** What is judged, and by which rules. */
export interface JudgeLiveInput {
  /** The account's plays as `preparePlays` gives them. */
  readonly plays: readonly PlayRecord[]
  readonly rules: readonly DetectionRule[]
  /** Start of the earliest reported play (Unix ms). */
  readonly since: number
  readonly existing: readonly ExistingFinding[]
}

const isSlow = (rule: DetectionRule): boolean => DETECTORS[rule.kind].everyMs > 0

/** Start of the range a rule judges again (Unix ms). */
export const reviewStartMs = (rule: DetectionRule, since: number): number =>
  isSlow(rule) ? since : since - REVIEW_WINDOW_MS

/**
 * Places of the plays a rule judges: those whose result reports may have changed. Slow rules run at the
 * first play of each cool-down, counted from the epoch.
 */
function* candidatesOf(rule: DetectionRule, { plays, since }: JudgeLiveInput): Generator<number> {
  const from = reviewStartMs(rule, since)
  const first = firstIndexSince(plays, from, plays.length)
  const slotMs = isSlow(rule) ? Math.max(rule.cool_down_minutes * MINUTE_MS, HOUR_MS) : 0
  const slotOf = (play: PlayRecord | undefined): number =>
    play === undefined ? Number.NEGATIVE_INFINITY : Math.floor(play.startedAt / slotMs)
  for (let at = first; at < plays.length; at += 1)
    if (slotMs === 0 || slotOf(plays[at]) > slotOf(plays[at - 1])) yield at
}

const NONE: ReadonlySet<string> = new Set()

const judgeRule = (
  rule: DetectionRule,
  question: JudgeLiveInput,
  isAlarm: IsAlarm,
): LiveFinding[] => {
  const { plays } = question
  const quietMs = rule.cool_down_minutes * MINUTE_MS
  const existing = question.existing.filter((one) => one.rule === rule.id)
  const stands = existing.length === 0 ? NONE : new Set(existing.map(({ id }) => id))
  const found: LiveFinding[] = []
  let quietUntil = Number.NEGATIVE_INFINITY
  for (const place of candidatesOf(rule, question)) {
    const event = plays[place]
    if (event === undefined) continue
    const at = event.startedAt
    if (at < quietUntil || !isInScope(rule, event)) continue
    if (existing.some((one) => one.at <= at && at < one.at + quietMs)) continue
    // Hashing is skipped where nothing can match.
    if (stands.size > 0 && stands.has(findingKey(rule.id, event))) continue
    const finding = inspectPlayAt(place, plays, rule)
    if (finding === null || !isAlarm(finding)) continue
    found.push({ key: findingKey(rule.id, event), rule, event, finding })
    quietUntil = at + quietMs
  }
  return found
}

/**
 * What the rules find in an account's plays since a time; the result does not depend on the order in which
 * plays were reported.
 */
export const judgeLive = (question: JudgeLiveInput): LiveFinding[] => {
  const last = question.plays.at(-1)
  if (last === undefined) return []
  const found: LiveFinding[] = []
  const { isAlarm } = alarmsOf(question.plays, endOf(last), () => found.map((one) => one.finding))
  for (const rule of homesLast(question.rules.filter(({ enabled }) => enabled)))
    found.push(...judgeRule(rule, question, isAlarm))
  return found.sort((a, b) => a.finding.at - b.finding.at || (a.key < b.key ? -1 : 1))
}
