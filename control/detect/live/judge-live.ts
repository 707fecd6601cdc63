import type { PlayRecord } from '#domain/types'
import { DETECTORS } from '../detectors/index.ts'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import { alarmsOf, homesLast, type IsAlarm } from '../judge/alarms.ts'
import { firstIndexSince, inspectPlayAt } from '../judge/inspect-event.ts'
import { endOf } from '../normalise.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import { isInScope } from '../rules/rules.ts'
import { isViolation } from '../scoring/violation.ts'
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
  /** What everybody watches; unknown when left out. */
  readonly popularity?: ChannelPopularity | undefined
}

const isSlow = (rule: DetectionRule): boolean => DETECTORS[rule.kind].everyMs > 0

/** Start of the range a rule judges again (Unix ms). */
export const reviewStartMs = (rule: DetectionRule, since: number): number =>
  isSlow(rule) ? since : since - REVIEW_WINDOW_MS

const NONE: ReadonlySet<string> = new Set()
const NOTHING: readonly ExistingFinding[] = []

/** Whether a play follows another one within a slot; no slot is 0 ms long. */
const isOfOneSlot = (play: PlayRecord, before: PlayRecord | undefined, slotMs: number): boolean =>
  slotMs > 0 &&
  before !== undefined &&
  Math.floor(play.startedAt / slotMs) <= Math.floor(before.startedAt / slotMs)

/**
 * What a rule finds among the plays whose result reports may have changed. Slow rules run at the first play of each cool-down, counted
 * from the epoch.
 */
const judgeRule = (
  rule: DetectionRule,
  { plays, since, existing: all, popularity }: JudgeLiveInput,
  isAlarm: IsAlarm,
): Omit<LiveFinding, 'isViolation'>[] => {
  const found: Omit<LiveFinding, 'isViolation'>[] = []
  const quietMs = rule.cool_down_minutes * MINUTE_MS
  const slotMs = isSlow(rule) ? Math.max(quietMs, HOUR_MS) : 0
  const existing = all.length === 0 ? NOTHING : all.filter((one) => one.rule === rule.id)
  const stands = existing.length === 0 ? NONE : new Set(existing.map(({ id }) => id))
  let quietUntil = Number.NEGATIVE_INFINITY
  const first = firstIndexSince(plays, reviewStartMs(rule, since), plays.length)
  for (let place = first; place < plays.length; place += 1) {
    const event = plays[place]
    if (event === undefined || isOfOneSlot(event, plays[place - 1], slotMs)) continue
    const at = event.startedAt
    if (at < quietUntil || !isInScope(rule, event)) continue
    if (existing.some((one) => one.at <= at && at < one.at + quietMs)) continue
    // Hashing is skipped where nothing can match.
    if (stands.size > 0 && stands.has(findingKey(rule.id, event))) continue
    const finding = inspectPlayAt(place, plays, rule, popularity)
    if (finding === null || !isAlarm(finding)) continue
    found.push({ key: findingKey(rule.id, event), rule, event, finding })
    quietUntil = at + quietMs
  }
  return found
}

/** Enabled rules in order of evaluation, by the list they are from: there is one for all accounts. */
const ordered = new WeakMap<readonly DetectionRule[], readonly DetectionRule[]>()
const orderOf = (rules: readonly DetectionRule[]): readonly DetectionRule[] => {
  const known = ordered.get(rules) ?? homesLast(rules.filter(({ enabled }) => enabled))
  ordered.set(rules, known)
  return known
}

/**
 * What the rules find in an account's plays since a time; the result does not depend on the order in which
 * plays were reported.
 */
export const judgeLive = (question: JudgeLiveInput): LiveFinding[] => {
  const last = question.plays.at(-1)
  if (last === undefined) return []
  const found: Omit<LiveFinding, 'isViolation'>[] = []
  const findings = () => found.map((one) => one.finding)
  const { isAlarm, isShared } = alarmsOf(question.plays, endOf(last), findings, question.popularity)
  for (const rule of orderOf(question.rules)) found.push(...judgeRule(rule, question, isAlarm))
  return found
    .map((one) => ({ ...one, isViolation: isViolation(one.rule, isShared) }))
    .sort((a, b) => a.finding.at - b.finding.at || (a.key < b.key ? -1 : 1))
}
