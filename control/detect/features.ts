import type { HouseholdEvidence } from './evidence.ts'

/** What the confidence is made of; every one is zero when there is nothing to say. */
export const FEATURES = [
  'television',
  'presence',
  'overlap',
  'mixing',
  'abroad',
  'roaming',
  'hours',
  'more_homes',
] as const

export type FeatureId = (typeof FEATURES)[number]

export type FeatureValues = Readonly<Record<FeatureId, number>>

/** Log-odds per unit of each feature. */
export type Weights = Readonly<Record<FeatureId, number>> & { readonly intercept: number }

const NOTHING: FeatureValues = {
  television: 0,
  presence: 0,
  overlap: 0,
  mixing: 0,
  abroad: 0,
  roaming: 0,
  hours: 0,
  more_homes: 0,
}

/** The features of one household beside the main one; the first of many days says more than the last. */
export const featuresOf = (evidence: HouseholdEvidence): FeatureValues => ({
  ...NOTHING,
  television: Math.log1p(evidence.televisionDays),
  presence: Math.log1p(evidence.days),
  overlap: Math.log1p(evidence.overlapDays),
  mixing: Math.log1p(evidence.mixedDays),
  abroad: evidence.isOtherCountry ? 1 : 0,
  roaming: evidence.home.televisions.size === 0 ? evidence.roamingShare : 0,
  hours: Math.log1p(evidence.hours),
})

/** The sum a set of features has under a set of weights, without the intercept. */
export const scoreOf = (features: FeatureValues, weights: Weights): number =>
  FEATURES.reduce((sum, id) => sum + features[id] * weights[id], 0)

/** The strongest household and the features of the account: its own, and how many more there are like it. */
export interface AccountFeatures {
  readonly strongest: HouseholdEvidence | null
  readonly others: readonly HouseholdEvidence[]
  readonly values: FeatureValues
}

/** Ranks households by how strongly they speak of another home; only those that speak for it count. */
export const accountFeatures = (
  evidence: readonly HouseholdEvidence[],
  weights: Weights,
): AccountFeatures => {
  const ranked = evidence
    .filter((e) => e.days > 0)
    .map((e) => ({ e, values: featuresOf(e), score: scoreOf(featuresOf(e), weights) }))
    .sort((a, b) => b.score - a.score)
  const [best, ...rest] = ranked
  if (!best) return { strongest: null, others: [], values: NOTHING }
  const others = rest.filter((r) => r.score > 0).slice(0, 4)
  const more = others.reduce((sum, r, i) => sum + r.score / (i + 2), 0)
  return {
    strongest: best.e,
    others: others.map((r) => r.e),
    values: { ...best.values, more_homes: more },
  }
}
