import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { everyError } from '../../config/problems/every-error.ts'
import { say } from '../../sentences/sentences.ts'
import { FINDING_KINDS, type FindingKind } from '../types.ts'
import { RULE_SCHEMAS } from './rule-schema.ts'
import type { DetectionRule, RuleStep } from './rule-types.ts'

/** One error in a rule. */
export interface RuleProblem {
  /** Where: `rules[2].params.max`. */
  readonly path: string
  readonly message: string
}

/** Valid rules, or all errors. */
export type ParsedRules =
  | { readonly ok: true; readonly rules: readonly DetectionRule[] }
  | { readonly ok: false; readonly problems: readonly RuleProblem[] }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isKind = (value: unknown): value is FindingKind =>
  FINDING_KINDS.some((kind) => kind === value)

const wordFor = (keyword: string, params: object, message: string): string => {
  const said = new Map(Object.entries(params))
  if (keyword === 'boolean') return say('rule.foreign')
  if (keyword === 'enum')
    return say('value.one_of', { values: [said.get('allowedValues')].flat().join(', ') })
  if (keyword === 'required')
    return say('value.needs', { names: [said.get('requiredProperties')].flat().join(', ') })
  if (keyword === 'pattern') return say('value.form', { form: String(said.get('pattern')) })
  return message
}

const problemsOf = (schema: TSchema, value: unknown, path: string): RuleProblem[] => {
  const byPath = new Map<string, string>()
  for (const error of everyError(schema, value)) {
    if (['additionalProperties', 'anyOf', 'const'].includes(error.keyword)) continue
    const at = path + error.instancePath.replace(/\/(\d+)/g, '[$1]').replace(/\//g, '.')
    if (!byPath.has(at)) byPath.set(at, wordFor(error.keyword, error.params, error.message))
  }
  return [...byPath].map(([at, message]) => ({ path: at, message }))
}

const isRule = (schema: TSchema, value: unknown): value is DetectionRule =>
  Value.Check(schema, value)

const parseRule = (raw: unknown, path: string): DetectionRule | readonly RuleProblem[] => {
  if (!isRecord(raw)) return [{ path, message: say('rule.needed') }]
  const { kind } = raw
  if (!isKind(kind)) {
    return [
      { path: `${path}.kind`, message: say('value.one_of', { values: FINDING_KINDS.join(', ') }) },
    ]
  }
  const schema: TSchema = RULE_SCHEMAS[kind]
  const filled: unknown = Value.Default(schema, structuredClone(raw))
  if (isRule(schema, filled)) return filled
  const problems = problemsOf(schema, filled, path)
  return problems.length > 0 ? problems : [{ path, message: say('rule.none') }]
}

/**
 * Parses rules from files and the API: a list, or an object with a list `rules`; defaults are filled in. Never
 * throws.
 */
export const parseRules = (raw: unknown): ParsedRules => {
  const list = isRecord(raw) ? raw['rules'] : raw
  if (!Array.isArray(list)) {
    return { ok: false, problems: [{ path: 'rules', message: say('rule.list') }] }
  }
  const rules: DetectionRule[] = []
  const problems: RuleProblem[] = []
  const ids = new Set<string>()
  for (const [i, entry] of list.entries()) {
    const path = `rules[${i}]`
    const parsed = parseRule(entry, path)
    if (!('kind' in parsed)) problems.push(...parsed)
    else if (ids.has(parsed.id)) {
      problems.push({ path: `${path}.id`, message: say('rule.taken', { id: parsed.id }) })
    } else {
      ids.add(parsed.id)
      rules.push(parsed)
    }
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, rules }
}

const makeDefaultRules = (): readonly DetectionRule[] => {
  const severities: Partial<Record<FindingKind, string>> = {
    device_velocity: 'low',
    concurrent_streams: 'low',
    hosting_network: 'low',
    second_household: 'high',
    restreaming: 'high',
    leaked_copy: 'high',
  }
  const kinds = FINDING_KINDS.filter((kind) => kind !== 'geo_restriction')
  const parsed = parseRules(
    kinds.map((kind) => ({ id: kind, kind, severity: severities[kind] ?? 'warning' })),
  )
  return parsed.ok ? parsed.rules : []
}

let made: readonly DetectionRule[] | null = null

/** The default rules: every kind that needs no parameter from the operator, with the action `observe`. */
export const defaultRules = (): readonly DetectionRule[] => {
  // Checking them costs as much as a fourth of judging an account.
  made ??= makeDefaultRules()
  return made
}

/** Whether a rule applies to plays of this account in this group. */
export const isInScope = (
  rule: Pick<DetectionRule, 'enabled' | 'scope'>,
  play: { readonly account: string; readonly group: string | null },
): boolean => {
  if (!rule.enabled) return false
  if (rule.scope.type === 'account') return rule.scope.account === play.account
  return rule.scope.type === 'all' || rule.scope.group === play.group
}

/** The response step for the n-th finding within the escalation time; `null` before the first step. */
export const stepFor = (rule: Pick<DetectionRule, 'actions'>, nth: number): RuleStep | null =>
  rule.actions
    .filter((step) => step.from_finding <= nth)
    .reduce<RuleStep | null>(
      (best, step) => (best === null || step.from_finding >= best.from_finding ? step : best),
      null,
    )
