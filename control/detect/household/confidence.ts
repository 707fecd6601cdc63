import type { Contribution } from '../types.ts'
import {
  type AccountFeatures,
  FEATURES,
  type FeatureId,
  scaleOf,
  type Weights,
} from './features.ts'

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

/** What the features of an account add to the log-odds, the most first. */
const addendsOf = (
  { values }: AccountFeatures,
  weights: Weights,
): { readonly id: FeatureId; readonly logOdds: number }[] =>
  FEATURES.map((id) => ({ id, logOdds: values[id] * weights[id] }))
    .filter((addend) => addend.logOdds !== 0)
    .sort((a, b) => b.logOdds - a.logOdds)

const sumOf = (addends: readonly { readonly logOdds: number }[]): number =>
  addends.reduce((sum, addend) => sum + addend.logOdds, 0)

/** The confidence (0..100) alone, see `explainConfidence`. */
export const confidenceOf = (account: AccountFeatures, weights: Weights): number =>
  percent(weights.intercept + sumOf(addendsOf(account, weights)))

/**
 * Logistic model: sums the log-odds and splits the points between the base and the confidence in proportion to
 * them, so that every point is accounted for whatever the order; the strongest come first.
 */
export const explainConfidence = (
  account: AccountFeatures,
  weights: Weights,
  explain: Explain,
): Confidence => {
  const addends = addendsOf(account, weights)
  const added = sumOf(addends)
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

const logit = (confidence: number): number => Math.log(confidence / (100 - confidence))

// Nobody waits longer to be cleared by how devices are used.
const DAYS_AT_MOST = 60

/**
 * On how many more days a device of one home would have to play in the other, so that a confidence falls below the threshold;
 * `null` where that alone would not do it. The feature of guests is `log1p(days * scale)`, see `featuresOf`.
 */
export const guestDaysToClear = (
  { strongest, values }: AccountFeatures,
  weights: Weights,
  [confidence, threshold]: readonly [number, number],
): number | null => {
  if (strongest === null || weights.mixing >= 0 || threshold <= 0 || threshold >= 100) return null
  if (confidence < threshold) return 0
  if (values.restreaming > 0 || values.strangers > 0) return null
  const excess = logit(Math.min(confidence, 99.999_999)) - logit(threshold)
  const scale = scaleOf(strongest.historyDays)
  const needed = Math.expm1(values.mixing + excess / -weights.mixing) / scale
  const more = Math.max(1, Math.ceil(needed - strongest.recent.mixedDays))
  return more <= DAYS_AT_MOST ? more : null
}
