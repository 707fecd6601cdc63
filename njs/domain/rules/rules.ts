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

/** The order in which rules are tried, whatever the order of the file. */
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

/** What rules look at. */
export interface RuleRequest {
  readonly token: string | null
  readonly address: string
  /** ISO 3166-1 alpha-2; `null` = unknown and matches nothing. */
  readonly country: string | null
  readonly userAgent: string | null
}

/** A rule that matched. */
export interface RuleHit {
  readonly kind: RuleKind
  readonly action: RuleAction
  /** Place in its list of the configuration. */
  readonly index: number
  /** As a person would write it; a token is shown by its fingerprint. */
  readonly text: string
}

/** One list in the order of evaluation, and the first of its rules that matches. */
export interface RuleStep {
  readonly kind: RuleKind
  readonly action: RuleAction
  /** Rules in the list. */
  readonly size: number
  readonly hit: RuleHit | null
}

/** `none`: no rule matched, backends and `allow default` decide. */
export type RuleVerdict =
  | { readonly verdict: RuleAction; readonly reason: ReasonId; readonly rule: RuleHit }
  | { readonly verdict: 'none'; readonly reason: 'rule.no_match'; readonly rule: null }

/** A rule that cannot be understood. */
export interface RuleProblem {
  readonly action: RuleAction
  readonly kind: RuleKind
  readonly index: number
  readonly message: string
}

/** Rules ready to be evaluated often. */
export interface Rules {
  readonly steps: readonly {
    readonly kind: RuleKind
    readonly action: RuleAction
    readonly size: number
    readonly list: RuleList
  }[]
  readonly digest: Digest
}

/** Prepares the rules once; every rule that cannot be understood is named and matches nothing. */
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

/** Tries the rules in Flussonic's order; the first match ends it. */
export const evaluateRules = (rules: Rules, request: RuleRequest): RuleVerdict => {
  const prepared = prepare(rules, request)
  for (const step of rules.steps) {
    const rule = tryStep(step, prepared)
    if (rule === null) continue
    return { verdict: rule.action, reason: `rule.${rule.action}_${rule.kind}`, rule }
  }
  return { verdict: 'none', reason: 'rule.no_match', rule: null }
}

/** Every list with rules, in order, and what in it matches; the first hit is the deciding one. */
export const traceRules = (rules: Rules, request: RuleRequest): readonly RuleStep[] => {
  const prepared = prepare(rules, request)
  return rules.steps.map((step) => ({
    kind: step.kind,
    action: step.action,
    size: step.size,
    hit: tryStep(step, prepared),
  }))
}
