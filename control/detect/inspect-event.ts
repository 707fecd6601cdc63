import type { PlayRecord } from '#domain/types'
import { DETECTORS, inspectWith } from './detectors/index.ts'
import { RECENT_AT_MOST, type RuleFinding, windowMsOf } from './inspect-plays.ts'
import type { DetectionRule } from './rule-types.ts'
import { isInScope } from './rules.ts'

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

/**
 * Judges one live event with the rules that are due. `known` are the account's plays as `knownPlays` gives them,
 * the event among them; plays that started later are not looked at.
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
    const since = play.startedAt - windowMsOf(rule)
    const window = known.slice(0, at).filter((p) => p.startedAt >= since)
    const recent = DETECTORS[rule.kind].everyMs > 0 ? window : window.slice(-RECENT_AT_MOST)
    const finding = inspectWith(rule, play, recent)
    return finding === null ? [] : [{ rule: rule.id, finding }]
  })
}
