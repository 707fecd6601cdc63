import type { PlayRecord } from '#domain/types'
import { secondHouseholdFinding } from '../detectors/second-household.ts'
import { RETURN_DAYS } from '../household/evidence/returned-to.ts'
import { type JudgementOptions, judgeHouseholds } from '../household/household-judgement.ts'
import { describeHome } from '../household/household-text.ts'
import { countedPlays, type HomeHints } from '../household/prepare-plays.ts'
import { reliableNow } from '../normalise.ts'
import type { DetectionRule } from '../rules/rule-types.ts'
import { defaultRules } from '../rules/rules.ts'
import type { Assessment, Finding } from '../types.ts'
import { inspectPlays } from './inspect-plays.ts'

/** Options of an assessment. */
export interface AssessOptions extends HomeHints, Omit<JudgementOptions, 'findings'> {
  /** Rules that make the findings; the default ones when left out. */
  readonly rules?: readonly DetectionRule[] | undefined
}

const bySeverity = { high: 0, warning: 1, low: 2 } as const

const inOrder = (a: Finding, b: Finding): number =>
  bySeverity[a.severity] - bySeverity[b.severity] || b.at - a.at || (a.id < b.id ? -1 : 1)

const withHouseholds = (
  plays: readonly PlayRecord[],
  rules: readonly DetectionRule[],
  options: AssessOptions,
) => {
  const isHousehold = (rule: DetectionRule): boolean => rule.kind === 'second_household'
  const found = inspectPlays(
    plays,
    rules.filter((rule) => !isHousehold(rule)),
    { homesFirst: true, popularity: options.popularity },
  )
  const findings = found.map((f) => f.finding)
  const judgement = judgeHouseholds(plays, { ...options, findings })
  const last = plays.at(-1)
  // The judgement over all plays stands for the rule, which would group the same devices once more; whoever is flagged is
  // told why, on however few days.
  const rule = rules.find((r) => r.kind === 'second_household' && r.enabled)
  const second =
    last && rule?.kind === 'second_household'
      ? secondHouseholdFinding(last, judgement, {
          ...rule.params,
          min_days: Math.min(rule.params.min_days, RETURN_DAYS),
          min_overlap_days: 0,
        })
      : null
  return { judgement, findings: second === null ? findings : [...findings, second] }
}

/**
 * How likely one account is shared and why; the plays may come in any order. An account without plays gets the
 * base confidence.
 */
export const assessAccount = (plays: readonly PlayRecord[], options: AssessOptions): Assessment => {
  const now = reliableNow(plays, options.now)
  const { plays: known, count } = countedPlays(plays, now, options)
  const { judgement, findings } = withHouseholds(known, options.rules ?? defaultRules(), {
    ...options,
    now,
  })
  const isFine = options.feedback?.isAccountFine ?? false
  return {
    account: plays[0]?.account ?? null,
    plays: count,
    confidence: judgement.confidence,
    flagged: judgement.isLikely && !isFine,
    findings: findings.sort(inOrder),
    households: judgement.homes.map((home, index) => describeHome(home, index)),
    contributions: judgement.reasons(),
  }
}
