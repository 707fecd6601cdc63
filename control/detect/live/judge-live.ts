import type { PlayRecord } from '#domain/types'
import { DETECTORS } from '../detectors/index.ts'
import { firstSince, inspectAt } from '../judge/inspect-event.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import { isInScope } from '../rules/rules.ts'
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

/**
 * Places of the plays a rule judges: those that news can have changed. What takes weeks to show is asked at the
 * first play of each cool-down, counted from the epoch.
 */
function* candidatesOf(rule: DetectionRule, { plays, since }: LiveQuestion): Generator<number> {
  const from = reviewedFrom(rule, since)
  if (!isSlow(rule)) {
    for (let at = firstSince(plays, from, plays.length); at < plays.length; at += 1) yield at
    return
  }
  const slotMs = Math.max(rule.cool_down_minutes * MINUTE_MS, HOUR_MS)
  let last = Number.NEGATIVE_INFINITY
  for (const [at, { startedAt }] of plays.entries()) {
    const slot = Math.floor(startedAt / slotMs)
    if (slot > last && startedAt >= from) yield at
    last = Math.max(last, slot)
  }
}

const judgeRule = (rule: DetectionRule, question: LiveQuestion): LiveFinding[] => {
  const { plays } = question
  const quietMs = rule.cool_down_minutes * MINUTE_MS
  const marks = question.marks.filter((mark) => mark.rule === rule.id)
  const stands = new Set(marks.map(({ id }) => id))
  const found: LiveFinding[] = []
  let quietUntil = Number.NEGATIVE_INFINITY
  for (const place of candidatesOf(rule, question)) {
    const event = plays[place]
    if (event === undefined) continue
    const at = event.startedAt
    if (at < quietUntil || !isInScope(rule, event)) continue
    if (marks.some((mark) => mark.at <= at && at < mark.at + quietMs)) continue
    // A key is a hash, and nearly every play is asked about in vain.
    if (stands.size > 0 && stands.has(findingKey(rule.id, event))) continue
    const finding = inspectAt(place, plays, rule)
    if (finding === null) continue
    found.push({ key: findingKey(rule.id, event), rule, event, finding })
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
