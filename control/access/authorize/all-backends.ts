import type { DecideByRules } from './authorize.ts'
import { backendsOf } from './choose-backend.ts'
import type { Authorize, Decision } from './decision.ts'

const least = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)

/** The first auth backend's decision, as narrow as the other's. */
const narrowed = (own: Decision, other: Decision): Decision => ({
  ...(own.verdict === 'allow' && other.verdict !== 'allow' ? other : own),
  account: own.account ?? other.account,
  maxSessions: least(own.maxSessions, other.maxSessions),
  unique: own.unique || other.unique,
  authDurationSec: Math.min(own.authDurationSec, other.authDurationSec),
  trace: [...own.trace, ...other.trace],
})

/** Asks every auth backend that has to admit; the first that refuses decides. */
export const authorizeByAll =
  (authorize: Authorize): Authorize =>
  async (request, previous) => {
    const [first = request.authBackend, ...others] = backendsOf(request.authBackend)
    let decision = await authorize({ ...request, authBackend: first }, previous)
    for (const authBackend of others) {
      if (decision.verdict === 'deny') return decision
      const other = await authorize({ ...request, authBackend }, previous)
      decision = other.verdict === 'deny' ? other : narrowed(decision, other)
    }
    return decision
  }

/** Decides by the rules of every auth backend that has to admit. */
export const decideByAllRules =
  (decide: DecideByRules): DecideByRules =>
  (request) => {
    const decisions = backendsOf(request.authBackend).map((authBackend) =>
      decide({ ...request, authBackend }),
    )
    const refusal = decisions.find((decision) => decision?.verdict === 'deny')
    return refusal ?? (decisions.includes(null) ? null : (decisions[0] ?? null))
  }
