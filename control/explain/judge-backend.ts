import { randomBytes } from 'node:crypto'
import type { ReasonId } from '#domain/reasons'
import { evaluateRules, type RuleRequest, type Rules, traceRules } from '#domain/rules/rules'
import { backendLabel } from '../access/authorize/backend-client.ts'
import type { AuthRequest, Decision } from '../access/authorize/decision.ts'
import type {
  ExplainBackend,
  ExplainInput,
  ExplainPorts,
  ExplainStep,
  Explanation,
} from './explanation.ts'

interface Settled {
  readonly verdict: Explanation['verdict']
  readonly reason: ReasonId | null
  readonly decidedBy: string
}

/** The second part of an explanation: the decision of the auth backend. */
export interface Judged extends Settled {
  readonly steps: readonly ExplainStep[]
  readonly backends: Explanation['backends']
  readonly decision: Decision | null
}

/** A step of an explanation. */
export const step = (
  stage: ExplainStep['stage'],
  subject: string,
  result: string,
  isDeciding = false,
): ExplainStep => ({ stage, subject, result, isDeciding })

/** Steps that decide. */
export const decidingSteps = (
  steps: readonly ExplainStep[],
  settled: Settled,
  backends: Explanation['backends'] = [],
): Judged => ({ ...settled, steps, backends, decision: null })

const ruleSteps = (rules: Rules, viewer: RuleRequest): ExplainStep[] => {
  let isSettled = false
  return traceRules(rules, viewer).map(({ action, kind, size, hit }) => {
    const isDeciding = hit !== null && !isSettled
    isSettled ||= isDeciding
    const later = isDeciding ? 'matches and decides' : 'would match, but comes later'
    const none = `none of ${size} match`
    return step('rule', hit?.text ?? `${action} ${kind}`, hit === null ? none : later, isDeciding)
  })
}

const byRules = (rules: Rules, viewer: RuleRequest): Settled | null => {
  const { verdict, reason, rule } = evaluateRules(rules, viewer)
  return verdict === 'none' ? null : { verdict, reason, decidedBy: rule.text }
}

const byDefault = (allowDefault: boolean): Settled =>
  allowDefault
    ? { verdict: 'allow', reason: 'rule.allow_default', decidedBy: 'allow default' }
    : { verdict: 'deny', reason: 'rule.no_match', decidedBy: 'no rule matched, no `allow default`' }

const dry = (backend: ExplainBackend, steps: readonly ExplainStep[]): Judged => {
  const outage = backend.allowDefault ? 'let in (`allow default`)' : 'refused'
  return decidingSteps(
    [
      ...steps,
      ...backend.backends.map(({ url }) => step('backend', backendLabel(url), 'not asked', true)),
      step('default', 'while no backend answers', `new viewers are ${outage}`),
    ],
    { verdict: 'depends', reason: null, decidedBy: 'the backends, which were not asked' },
    backend.backends.map(({ url }) => ({ url: backendLabel(url), answer: null })),
  )
}

const live = (decision: Decision, steps: readonly ExplainStep[]): Judged => {
  const backendSteps = decision.trace.filter(
    (one) => one.step === 'backend' || one.step === 'cache',
  )
  const words = (detail: string | null, result: string) =>
    detail === null ? result : `${result} (${detail})`
  return {
    verdict: decision.verdict,
    reason: decision.reason,
    decidedBy: decision.backend ?? 'no backend answered',
    steps: [
      ...steps,
      ...backendSteps.map(({ subject, result, detail }) =>
        step('backend', subject ?? '', words(detail, result), subject === decision.backend),
      ),
    ],
    backends: backendSteps.map(({ subject, result, detail }) => ({
      url: subject ?? '',
      answer: words(detail, result),
    })),
    decision,
  }
}

const requestOf = (input: ExplainInput, name: string, country: string | null): AuthRequest => ({
  ...input,
  country,
  authBackend: name,
  proto: 'hls',
  // Backends see a session of its own; an opening that uses the cached answer continues under its
  // id.
  sessionId: randomBytes(16).toString('base64url'),
  host: null,
  qs: null,
  streamClients: 0,
  totalClients: 0,
})

/** Evaluates rules, then backends, with a step for each. */
export const judgeBackend = async (
  input: ExplainInput,
  { name, country, backend }: { name: string; country: string | null; backend: ExplainBackend },
  ports: ExplainPorts,
): Promise<Judged> => {
  const viewer = { ...input, country }
  const steps = ruleSteps(backend.rules, viewer)
  const settled = byRules(backend.rules, viewer)
  if (settled !== null) return decidingSteps(steps, settled)
  if (backend.backends.length === 0) {
    const fallen = byDefault(backend.allowDefault)
    const last = step('default', 'allow default', backend.allowDefault ? 'set' : 'not set', true)
    return decidingSteps([...steps, last], fallen)
  }
  if (ports.ask === null) return dry(backend, steps)
  return live(await ports.ask(requestOf(input, name, country)), steps)
}
