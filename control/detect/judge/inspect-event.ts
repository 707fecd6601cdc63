import type { PlayRecord } from '#domain/types'
import { DETECTORS, inspectWith } from '../detectors/index.ts'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import { type DetectionRule, MAX_RECENT_PLAYS } from '../rules/rule-types.ts'
import { isInScope } from '../rules/rules.ts'
import type { Finding } from '../types.ts'
import { type RuleFinding, windowMsOf } from './inspect-plays.ts'

const MINUTE_MS = 60_000

/** When a rule last judged an account and last found something; both Unix milliseconds. */
export interface RuleState {
  readonly judgedAt: number | null
  readonly foundAt: number | null
}

/** Which rules may be due for an event. */
export interface DueRulesInput {
  readonly rules: readonly DetectionRule[]
  /** State of a rule for this account; none when left out. */
  readonly stateOf?: (rule: string) => RuleState
}

const isQuiet = (rule: DetectionRule, memory: RuleState, at: number): boolean => {
  const { foundAt, judgedAt } = memory
  const isCooling = foundAt !== null && at < foundAt + rule.cool_down_minutes * MINUTE_MS
  const isEarly = judgedAt !== null && at - judgedAt < DETECTORS[rule.kind].everyMs
  return isCooling || isEarly
}

/** The rules that judge an event now: in scope, not cooling down, and not run too recently. */
export const dueRules = (
  event: Pick<PlayRecord, 'account' | 'group' | 'startedAt'>,
  { rules, stateOf = () => ({ judgedAt: null, foundAt: null }) }: DueRulesInput,
): DetectionRule[] =>
  rules.filter(
    (rule) => isInScope(rule, event) && !isQuiet(rule, stateOf(rule.id), event.startedAt),
  )

/** The longest window of the rules, in milliseconds. */
export const longestWindowMs = (rules: readonly DetectionRule[]): number =>
  Math.max(0, ...rules.map(windowMsOf))

/**
 * Index of the first play before index `end` that started at or after `since` (Unix ms); plays are in order of
 * start.
 */
export const firstIndexSince = (
  known: readonly PlayRecord[],
  since: number,
  end: number,
): number => {
  let low = 0
  let high = end
  while (low < high) {
    const middle = (low + high) >> 1
    if ((known[middle]?.startedAt ?? since) < since) low = middle + 1
    else high = middle
  }
  return low
}

/** Runs one rule on the play at index `at` of `known`, with the plays before it; later ones are not looked at. */
export const inspectPlayAt = (
  at: number,
  known: readonly PlayRecord[],
  rule: DetectionRule,
  popularity?: ChannelPopularity,
): Finding | null => {
  const play = known[at]
  if (play === undefined) return null
  const from = firstIndexSince(known, play.startedAt - windowMsOf(rule), at)
  const isSlow = DETECTORS[rule.kind].everyMs > 0
  const recent = known.slice(isSlow ? from : Math.max(from, at - MAX_RECENT_PLAYS), at)
  return inspectWith(rule, play, recent, popularity)
}

/**
 * Judges one live event with the rules that are due. `known` are the account's plays as `preparePlays` gives them,
 * the event among them.
 */
export const inspectEvent = (
  event: Pick<PlayRecord, 'source' | 'id'>,
  known: readonly PlayRecord[],
  rules: readonly DetectionRule[],
): RuleFinding[] => {
  const at = known.findIndex((play) => play.source === event.source && play.id === event.id)
  const play = known[at]
  if (play === undefined) return []
  return rules.flatMap((rule) => {
    const finding = inspectPlayAt(at, known, rule)
    return finding === null ? [] : [{ rule: rule.id, finding, play }]
  })
}
