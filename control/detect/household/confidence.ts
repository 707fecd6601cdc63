import type { Contribution } from '../types.ts'
import { type AccountFeatures, FEATURES, type FeatureId, type Weights } from './features.ts'

const percent = (logOdds: number): number => 100 / (1 + Math.exp(-logOdds))

const signed = (points: number): string =>
  `${points < 0 ? '\u2212' : '+'}${Math.abs(Math.round(points))}`

/** Explains one feature for one account, without the points. */
export type Explain = (id: FeatureId, account: AccountFeatures) => string

/** A confidence (0..100) and the contributions that make it. */
export interface Confidence {
  readonly confidence: number
  readonly contributions: readonly Contribution[]
}

/**
 * Logistic model: sums the log-odds and splits the points between the base and the confidence in proportion to
 * them, so that every point is accounted for whatever the order; the strongest come first.
 */
export const explainConfidence = (
  account: AccountFeatures,
  weights: Weights,
  explain: Explain,
): Confidence => {
  const addends = FEATURES.map((id) => ({ id, logOdds: account.values[id] * weights[id] }))
    .filter((addend) => addend.logOdds !== 0)
    .sort((a, b) => b.logOdds - a.logOdds)
  const added = addends.reduce((sum, addend) => sum + addend.logOdds, 0)
  const start = percent(weights.intercept)
  const confidence = percent(weights.intercept + added)
  const pointsPerLogOdds =
    Math.abs(added) < 1e-9 ? (start * (100 - start)) / 100 : (confidence - start) / added
  const contributions = addends.map(({ id, logOdds }): Contribution => {
    const points = logOdds * pointsPerLogOdds
    return { id, logOdds, points, explanation: `${signed(points)}: ${explain(id, account)}` }
  })
  const first: Contribution = {
    id: 'start',
    logOdds: weights.intercept,
    points: start,
    explanation: `${signed(start)}: where every account starts`,
  }
  return { confidence, contributions: [first, ...contributions] }
}
