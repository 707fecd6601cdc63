import type { RuleVerdict } from '#domain/rules/rules'
import type { BackendsOutcome } from './backends.ts'
import type { Decision, PreviousAnswer, TraceStep } from './decision.ts'

/** How long decisions hold, by kind. */
export interface DecisionClocks {
  /** How long a permission holds where the backend sends no `X-AuthDuration`. */
  readonly decisionSec: number
  /** How long a refusal is cached where the backend sends no `X-AuthDuration`. */
  readonly denySec: number
  /** How soon backends that did not answer are asked again. */
  readonly retrySec: number
}

/**
 * A refusal is cached for at least this long, whatever the backend's duration, so that retrying players do not flood
 * it.
 */
const LEAST_DENY_SEC = 1

const plain = (clocks: DecisionClocks): Decision => ({
  verdict: 'deny',
  reason: 'rule.no_match',
  rule: null,
  backend: null,
  account: null,
  maxSessions: null,
  unique: false,
  authDurationSec: clocks.decisionSec,
  denySec: clocks.denySec,
  location: null,
  trace: [],
})

/** A backend's user as an account; no name holds a colon, so ids of the two kinds never collide. */
export const backendAccount = (name: string, userId: string): string => `backend:${name}:${userId}`

/** The trace of the rules alone. */
export const ruleTrace = (verdict: RuleVerdict): TraceStep => ({
  step: 'rules',
  subject: verdict.rule?.text ?? null,
  result: verdict.verdict,
  detail: null,
})

/** What the rules decided. */
export const decideByRule = (
  verdict: Extract<RuleVerdict, { rule: object }>,
  clocks: DecisionClocks,
): Decision => ({
  ...plain(clocks),
  verdict: verdict.verdict,
  reason: verdict.reason,
  rule: verdict.rule,
  denySec: verdict.verdict === 'deny' ? clocks.denySec : 0,
  trace: [ruleTrace(verdict)],
})

/** What holds where no rule matched and there are no backends. */
export const decideByDefault = (allowDefault: boolean, clocks: DecisionClocks): Decision => ({
  ...plain(clocks),
  verdict: allowDefault ? 'allow' : 'deny',
  reason: allowDefault ? 'rule.allow_default' : 'rule.no_match',
  denySec: allowDefault ? 0 : clocks.denySec,
  trace: [
    { step: 'default', subject: null, result: allowDefault ? 'allow' : 'deny', detail: null },
  ],
})

/** The denial for a network with too many wrong tokens; no backend is asked. */
export const decideByGuessLimit = (lockedSec: number, clocks: DecisionClocks): Decision => ({
  ...plain(clocks),
  reason: 'credentials.flood',
  denySec: lockedSec,
  trace: [{ step: 'backend', subject: null, result: 'not asked', detail: 'too many wrong tokens' }],
})

/** What the backends decided; they must have answered. */
export const decideByAnswer = (
  name: string,
  { answer, backend, trace }: BackendsOutcome,
  clocks: DecisionClocks,
): Decision => {
  const base = { ...plain(clocks), backend, trace }
  if (answer.class === 'deny') {
    const denySec = Math.max(LEAST_DENY_SEC, answer.authDurationSec ?? clocks.denySec)
    return { ...base, reason: 'backend.deny', denySec }
  }
  return {
    ...base,
    verdict: answer.class === 'redirect' ? 'redirect' : 'allow',
    reason: answer.class === 'redirect' ? 'backend.redirect' : 'backend.allow',
    account: answer.userId === null ? null : backendAccount(name, answer.userId),
    maxSessions: answer.maxSessions,
    unique: answer.unique,
    authDurationSec: answer.authDurationSec ?? clocks.decisionSec,
    denySec: 0,
    location: answer.location,
  }
}

/** What holds while no backend answers: a running session keeps what it has, a new one takes `allow default`. */
export const decideByOutage = (
  trace: readonly TraceStep[],
  { allowDefault, previous }: { allowDefault: boolean; previous: PreviousAnswer | undefined },
  clocks: DecisionClocks,
): Decision => {
  if (previous !== undefined)
    return {
      ...previous.decision,
      reason: 'backend.kept',
      authDurationSec: clocks.retrySec,
      trace: [...trace, { step: 'previous', subject: null, result: 'kept', detail: null }],
    }
  return {
    ...plain(clocks),
    verdict: allowDefault ? 'allow' : 'deny',
    reason: allowDefault ? 'rule.allow_default' : 'backend.down',
    authDurationSec: clocks.retrySec,
    denySec: allowDefault ? 0 : Math.min(clocks.retrySec, clocks.denySec),
    trace: [
      ...trace,
      { step: 'default', subject: null, result: allowDefault ? 'allow' : 'deny', detail: null },
    ],
  }
}
