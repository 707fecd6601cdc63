import type { FindingKind } from '../types.ts'
import { LINT_TEXTS, type LintCode } from './lint-texts.ts'
import { ACTIONS } from './rule-schema.ts'
import type { DetectionRule, RuleOf } from './rule-types.ts'

/** A setting that is valid but probably a mistake. */
export interface LintWarning extends Said {
  readonly rule: string
  readonly message: string
}

/** What is said, for words in any language. */
interface Said {
  readonly code: LintCode
  readonly values: Readonly<Record<string, string>>
}

const said = (code: LintCode, values: Said['values'] = {}): Said => ({ code, values })

const inEnglish = ({ code, values }: Said): string =>
  LINT_TEXTS[code].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '')

/** Names that exist in the installation; unknown names in rules are reported. */
export interface LintContext {
  readonly groups?: ReadonlySet<string>
  readonly accounts?: ReadonlySet<string>
}

type Check = (rule: DetectionRule, context: LintContext) => readonly (Said | false)[]

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
    said('no_group', { name: scope.group }),
  scope.type === 'account' &&
    context.accounts?.has(scope.account) === false &&
    said('no_account', { name: scope.account }),
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
    rule.actions.length === 0 && said('no_steps'),
    ranks.some((rank, i) => i > 0 && rank < (ranks[i - 1] ?? 0)) && said('milder'),
    new Set(firsts).size < firsts.length && said('same_finding'),
    isSudden && !rule.dry_run && said('sudden'),
    isWeak(rule) && reaches(rule, 'end') && !rule.dry_run && said('weak', { kind: rule.kind }),
    reaches(rule, 'notify') && rule.cool_down_minutes < 5 && said('no_cool_down'),
    rule.cool_down_minutes > rule.escalation_hours * 60 &&
      firsts.some((n) => n > 1) &&
      said('long_cool_down'),
  ]
}

type ParamChecks = {
  readonly [K in FindingKind]: (rule: RuleOf<K>) => readonly (Said | false)[]
}

const PARAM_CHECKS: ParamChecks = {
  impossible_travel: ({ params }) => [
    params.max_speed_kmh < 300 && said('slow'),
    params.min_distance_km < 50 && said('near'),
    !params.ignore_same_device && said('same_device'),
  ],
  simultaneous_places: ({ params }) => [
    params.min_distance_km < 50 && said('near'),
    params.min_overlap_minutes < 2 && said('hand_over'),
  ],
  device_velocity: ({ params }) => [
    params.max < 3 && said('few_networks'),
    params.count === 'networks' && params.window_hours > 168 && said('long_window'),
  ],
  concurrent_streams: ({ params }) => [params.max_streams === 1 && said('one_stream')],
  geo_restriction: ({ params: { countries, mode } }) => [
    countries.length === 0 && (mode === 'allow' ? said('allows_none') : said('blocks_none')),
  ],
  second_household: ({ params }) => [params.window_hours < 336 && said('short_window')],
  restreaming: ({ params }) => [params.min_days * 24 > params.window_hours && said('days_beyond')],
  leaked_copy: ({ params }) => [params.burst_hours >= params.window_hours && said('burst_fills')],
  hosting_network: (rule) => [reaches(rule, 'message') && said('vpn')],
}

// One generic step ties a rule's kind to the check of the same kind.
const checkKind = <K extends FindingKind>(kind: K, rule: RuleOf<K>): readonly (Said | false)[] =>
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
      .filter((one) => one !== false)
      .map((one) => ({ rule: rule.id, ...one, message: inEnglish(one) })),
  )
