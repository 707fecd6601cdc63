import { parseAddress } from '../networks/address.ts'
import type { ReasonId } from '../reasons.ts'
import {
  compileList,
  type Digest,
  type PreparedRequest,
  type RuleAction,
  type RuleKind,
  type RuleList,
} from './rule-lists.ts'

export type { Digest, RuleAction, RuleKind } from './rule-lists.ts'

/** The order of evaluation, whatever their order in the file: Flussonic's order of `auth_backend` rules (flussonic.com/doc/authorization/authorization-configurator). */
export const RULE_ORDER: readonly { readonly kind: RuleKind; readonly action: RuleAction }[] = [
  { kind: 'token', action: 'allow' },
  { kind: 'token', action: 'deny' },
  { kind: 'ip', action: 'allow' },
  { kind: 'ip', action: 'deny' },
  { kind: 'country', action: 'allow' },
  { kind: 'country', action: 'deny' },
  { kind: 'ua', action: 'allow' },
  { kind: 'ua', action: 'deny' },
]

/** Lists as the configuration holds them. */
export type RuleLists = Readonly<Partial<Record<RuleKind, readonly string[]>>>

/** The rules of one auth backend, as the configuration holds them. */
export interface RuleSource {
  readonly allow?: RuleLists
  readonly deny?: RuleLists
}

/** The properties of a request that rules compare. */
export interface RuleRequest {
  readonly token: string | null
  readonly address: string
  /** ISO 3166-1 alpha-2; `null` = unknown: no country rule matches. */
  readonly country: string | null
  readonly userAgent: string | null
}

/** A rule that matched. */
export interface RuleHit {
  readonly kind: RuleKind
  readonly action: RuleAction
  /** Index in its list of the configuration. */
  readonly index: number
  /** For traces: `deny ip 10.0.0.0/8`; of a token only the beginning of its hash. */
  readonly text: string
}

/** One list in the order of evaluation, with its first rule that matches. */
export interface RuleStep {
  readonly kind: RuleKind
  readonly action: RuleAction
  /** Rules in the list. */
  readonly size: number
  readonly hit: RuleHit | null
}

/** Result of the rules; `none` = no rule matched: backends and `allow default` decide. */
export type RuleVerdict =
  | { readonly verdict: RuleAction; readonly reason: ReasonId; readonly rule: RuleHit }
  | { readonly verdict: 'none'; readonly reason: 'rule.no_match'; readonly rule: null }

/** A rule that is not valid. */
export interface RuleProblem {
  readonly action: RuleAction
  readonly kind: RuleKind
  readonly index: number
  readonly message: string
}

/** Compiled rules. */
export interface Rules {
  readonly steps: readonly {
    readonly kind: RuleKind
    readonly action: RuleAction
    readonly size: number
    readonly list: RuleList
  }[]
  readonly digest: Digest
}

/** Compiles rules; those that are not valid are reported in `problems` and match nothing. */
export const compileRules = (
  source: RuleSource,
  digest: Digest,
): { readonly rules: Rules; readonly problems: readonly RuleProblem[] } => {
  const steps = RULE_ORDER.map(({ kind, action }) => {
    const values = source[action]?.[kind] ?? []
    return { kind, action, size: values.length, list: compileList(kind, values, digest) }
  }).filter((step) => step.size > 0)
  const problems = steps.flatMap(({ kind, action, list }) =>
    list.problems.map((problem) => ({ action, kind, ...problem })),
  )
  return { rules: { steps, digest }, problems }
}

const prepare = (rules: Rules, request: RuleRequest): PreparedRequest => ({
  tokenDigest: request.token === null ? null : rules.digest(request.token),
  address: parseAddress(request.address),
  country: request.country?.toUpperCase() ?? null,
  userAgent: request.userAgent ?? '',
})

const tryStep = (step: Rules['steps'][number], request: PreparedRequest): RuleHit | null => {
  const { kind, action, list } = step
  const index = list.find(request)
  if (index < 0) return null
  return { kind, action, index, text: `${action} ${kind} ${list.describe(index)}` }
}

/** Evaluates rules in `RULE_ORDER`; the first match decides. */
export const evaluateRules = (rules: Rules, request: RuleRequest): RuleVerdict => {
  const prepared = prepare(rules, request)
  for (const step of rules.steps) {
    const rule = tryStep(step, prepared)
    if (rule === null) continue
    return { verdict: rule.action, reason: `rule.${rule.action}_${rule.kind}`, rule }
  }
  return { verdict: 'none', reason: 'rule.no_match', rule: null }
}

/** Every list that has rules, in order, with its first match: the first hit of them decides. */
export const traceRules = (rules: Rules, request: RuleRequest): readonly RuleStep[] => {
  const prepared = prepare(rules, request)
  return rules.steps.map((step) => ({
    kind: step.kind,
    action: step.action,
    size: step.size,
    hit: tryStep(step, prepared),
  }))
}
