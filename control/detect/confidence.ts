import { type AccountFeatures, FEATURES, type FeatureId, type Weights } from './features.ts'
import type { Contribution } from './types.ts'

const percent = (logOdds: number): number => 100 / (1 + Math.exp(-logOdds))

/** Says what one feature means for one account, without the points. */
export type Explain = (id: FeatureId, account: AccountFeatures) => string

/** A confidence and the addends that make it. */
export interface Confidence {
  readonly confidence: number
  readonly contributions: readonly Contribution[]
}

/**
 * Adds up the log-odds and tells what each addend moved, the strongest first, so that every point of the
 * confidence is accounted for.
 */
export const explainConfidence = (
  account: AccountFeatures,
  weights: Weights,
  explain: Explain,
): Confidence => {
  let sum = weights.intercept
  const start = percent(sum)
  const contributions: Contribution[] = [
    {
      id: 'start',
      logOdds: sum,
      points: start,
      explanation: `+${Math.round(start)}: where every account starts`,
    },
  ]
  const addends = FEATURES.map((id) => ({ id, logOdds: account.values[id] * weights[id] }))
    .filter((a) => a.logOdds !== 0)
    .sort((a, b) => b.logOdds - a.logOdds)
  for (const { id, logOdds } of addends) {
    const points = percent(sum + logOdds) - percent(sum)
    sum += logOdds
    const sign = points < 0 ? '\u2212' : '+'
    const explanation = `${sign}${Math.abs(Math.round(points))}: ${explain(id, account)}`
    contributions.push({ id, logOdds, points, explanation })
  }
  return { confidence: percent(sum), contributions }
}
