import type { PlayRecord } from '#domain/types'
import { DETECTORS, inspectWith } from '../detectors/index.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import { isInScope } from '../rules/rules.ts'
import type { Finding } from '../types.ts'
import { RECENT_AT_MOST, type RuleFinding, windowMsOf } from './inspect-plays.ts'

const MINUTE_MS = 60_000

/** When a rule last judged an account and last found something; both Unix milliseconds. */
export interface RuleMemory {
  readonly judgedAt: number | null
  readonly foundAt: number | null
}

/** What a live event is judged with. */
export interface LiveQuestion {
  readonly rules: readonly DetectionRule[]
  /** What is remembered of a rule and this account; nothing when left out. */
  readonly memoryOf?: (rule: string) => RuleMemory
}

const isQuiet = (rule: DetectionRule, memory: RuleMemory, at: number): boolean => {
  const { foundAt, judgedAt } = memory
  const isCooling = foundAt !== null && at < foundAt + rule.cool_down_minutes * MINUTE_MS
  const isEarly = judgedAt !== null && at - judgedAt < DETECTORS[rule.kind].everyMs
  return isCooling || isEarly
}

/** The rules that judge an event now: in scope, not cooling down, and not just asked. */
export const dueRules = (
  event: Pick<PlayRecord, 'account' | 'group' | 'startedAt'>,
  { rules, memoryOf = () => ({ judgedAt: null, foundAt: null }) }: LiveQuestion,
): DetectionRule[] =>
  rules.filter(
    (rule) => isInScope(rule, event) && !isQuiet(rule, memoryOf(rule.id), event.startedAt),
  )

/** How far back plays are needed for some rules. */
export const longestWindowMs = (rules: readonly DetectionRule[]): number =>
  Math.max(0, ...rules.map(windowMsOf))

/** Place of the first play before `end` that started at or after a time; plays are in order of start. */
export const firstSince = (known: readonly PlayRecord[], since: number, end: number): number => {
  let low = 0
  let high = end
  while (low < high) {
    const middle = (low + high) >> 1
    if ((known[middle]?.startedAt ?? since) < since) low = middle + 1
    else high = middle
  }
  return low
}

/** Asks one rule about the play at a place of `known`; plays that started later are not looked at. */
export const inspectAt = (
  at: number,
  known: readonly PlayRecord[],
  rule: DetectionRule,
): Finding | null => {
  const play = known[at]
  if (play === undefined) return null
  const from = firstSince(known, play.startedAt - windowMsOf(rule), at)
  const isSlow = DETECTORS[rule.kind].everyMs > 0
  const recent = known.slice(isSlow ? from : Math.max(from, at - RECENT_AT_MOST), at)
  return inspectWith(rule, play, recent)
}

/**
 * Judges one live event with the rules that are due. `known` are the account's plays as `knownPlays` gives them,
 * the event among them.
 */
export const inspectEvent = (
  event: Pick<PlayRecord, 'source' | 'id'>,
  known: readonly PlayRecord[],
  rules: readonly DetectionRule[],
): RuleFinding[] => {
  const at = known.findIndex((play) => play.source === event.source && play.id === event.id)
  return rules.flatMap((rule) => {
    const finding = inspectAt(at, known, rule)
    return finding === null ? [] : [{ rule: rule.id, finding }]
  })
}
