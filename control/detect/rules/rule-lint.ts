import type { FindingKind } from '../types.ts'
import { ACTIONS } from './rule-schema.ts'
import type { DetectionRule, RuleOf } from './rule-types.ts'

/** A setting that is valid but probably a mistake. */
export interface LintWarning {
  readonly rule: string
  readonly message: string
}

/** Names that exist in the installation; unknown names in rules are reported. */
export interface LintContext {
  readonly groups?: ReadonlySet<string>
  readonly accounts?: ReadonlySet<string>
}

type Check = (rule: DetectionRule, context: LintContext) => readonly (string | false)[]

type HasActions = Pick<DetectionRule, 'actions'>

const rankOf = (rule: HasActions): number =>
  Math.max(0, ...rule.actions.map((step) => ACTIONS.indexOf(step.do)))

const reaches = (rule: HasActions, action: (typeof ACTIONS)[number]): boolean =>
  rankOf(rule) >= ACTIONS.indexOf(action)

const isWeak = (rule: DetectionRule): boolean =>
  rule.kind !== 'second_household' &&
  rule.kind !== 'restreaming' &&
  rule.kind !== 'leaked_copy' &&
  rule.kind !== 'geo_restriction'

const checkScope: Check = ({ scope }, context) => [
  scope.type === 'group' &&
    context.groups?.has(scope.group) === false &&
    `there is no group ${scope.group}`,
  scope.type === 'account' &&
    context.accounts?.has(scope.account) === false &&
    `there is no account ${scope.account}`,
]

const checkActions: Check = (rule) => {
  const ranks = [...rule.actions]
    .sort((a, b) => a.from_finding - b.from_finding)
    .map((step) => ACTIONS.indexOf(step.do))
  const firsts = rule.actions.map((step) => step.from_finding)
  const isSudden = rule.actions.some(
    (step) => step.from_finding === 1 && (step.do === 'end' || step.do === 'ban'),
  )
  return [
    rule.actions.length === 0 && 'it has no steps, so it only records',
    ranks.some((rank, i) => i > 0 && rank < (ranks[i - 1] ?? 0)) &&
      'a later step is milder than an earlier one',
    new Set(firsts).size < firsts.length &&
      'two steps begin at the same finding; the last one wins',
    isSudden && !rule.dry_run && 'it ends or bans at the first finding, without a word before',
    isWeak(rule) &&
      reaches(rule, 'end') &&
      !rule.dry_run &&
      `${rule.kind} alone is weak evidence; travellers, VPNs and families set it off. Let it notify`,
    reaches(rule, 'notify') &&
      rule.cool_down_minutes < 5 &&
      'with almost no cool-down every session notifies again',
    rule.cool_down_minutes > rule.escalation_hours * 60 &&
      firsts.some((n) => n > 1) &&
      'the cool-down is longer than the escalation time, so later steps are never reached',
  ]
}

type ParamChecks = {
  readonly [K in FindingKind]: (rule: RuleOf<K>) => readonly (string | false)[]
}

const PARAM_CHECKS: ParamChecks = {
  impossible_travel: ({ params }) => [
    params.max_speed_kmh < 300 && 'trains and short flights are faster than this speed',
    params.min_distance_km < 50 && 'below 50 km the geo database is not exact enough',
    !params.ignore_same_device && 'one device that changes its VPN will set it off',
  ],
  simultaneous_places: ({ params }) => [
    params.min_distance_km < 50 && 'below 50 km the geo database is not exact enough',
    params.min_overlap_minutes < 2 && 'hand-overs from one device to the next set it off',
  ],
  device_velocity: ({ params }) => [
    params.max < 3 && 'a phone that leaves the house has two networks already',
    params.count === 'networks' &&
      params.window_hours > 168 &&
      'over weeks, lines with a new address each day set it off',
  ],
  concurrent_streams: ({ params }) => [
    params.max_streams === 1 && 'two people of one household set it off',
  ],
  geo_restriction: ({ params: { countries, mode } }) => [
    countries.length === 0 &&
      (mode === 'allow' ? 'it allows no country at all' : 'it blocks no country'),
  ],
  second_household: ({ params }) => [
    params.window_hours < 336 && 'less than two weeks do not show households',
  ],
  restreaming: ({ params }) => [
    params.min_days * 24 > params.window_hours && 'the window is shorter than its days',
  ],
  leaked_copy: ({ params }) => [
    params.burst_hours >= params.window_hours &&
      'the burst fills the window, so nothing before it says who is a stranger',
  ],
  hosting_network: (rule) => [reaches(rule, 'message') && 'a VPN is not sharing; let it observe'],
}

// One generic step ties a rule's kind to the check of the same kind.
const checkKind = <K extends FindingKind>(kind: K, rule: RuleOf<K>): readonly (string | false)[] =>
  PARAM_CHECKS[kind](rule)

const checkParams: Check = (rule) => checkKind(rule.kind, rule)

/** Warnings about settings that are valid but probably mistakes. */
export const lintRules = (
  rules: readonly DetectionRule[],
  context: LintContext = {},
): LintWarning[] =>
  rules.flatMap((rule) =>
    [checkScope, checkActions, checkParams]
      .flatMap((check) => check(rule, context))
      .filter((message) => message !== false)
      .map((message) => ({ rule: rule.id, message })),
  )
