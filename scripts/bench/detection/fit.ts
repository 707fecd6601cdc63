import {
  accountFeatures,
  FEATURES,
  type FeatureId,
  type Weights,
} from '../../../control/detect/household/features.ts'
import { isShared } from '../../../control/detect/household/household-judgement.ts'
import { fitLogistic, type Row } from './logistic.ts'
import type { Judged } from './metrics.ts'
import { decayOf, type Prepared } from './population.ts'

// Allowed sign of each weight: positive for sharing, negative for innocence.
const SIGNS: Readonly<Record<FeatureId, number>> = {
  other_home: 1,
  television: 1,
  hours: 1,
  devices: 1,
  no_television: -1,
  common_days: 1,
  overlap: 1,
  abroad: 1,
  mixing: -1,
  turns: -1,
  brief: -1,
  passing: -1,
  work_hours: -1,
  short_history: -1,
  continued: -1,
  own_series: 1,
  no_series: 0,
  own_channels: 1,
  common_channels: -1,
  own_portables: -1,
  more_homes: 1,
  strangers: 1,
  restreaming: 1,
  far_apart: 1,
}

// Set by hand: what populations do not hold, or what fits too closely to how they were invented.
const FIXED: readonly FeatureId[] = [
  'short_history',
  'restreaming',
  'strangers',
  'far_apart',
  'mixing',
  'turns',
  'other_home',
]

// Weights decide which household is the strongest, so fitting and choosing take turns.
const TURNS = 5

const featuresOf = (account: Prepared, weights: Weights) =>
  accountFeatures(account.evidence, weights, account.findings, decayOf(account))

const valuesOf = (account: Prepared, weights: Weights): number[] => {
  const { values } = featuresOf(account, weights)
  return [1, ...FEATURES.map((id) => values[id])]
}

const weightsOf = (fitted: readonly number[], start: Weights): Weights => {
  const [intercept = 0, ...rest] = fitted
  const byId = FEATURES.map((id, i): [FeatureId, number] => [id, rest[i] ?? 0])
  const find = (id: FeatureId): number =>
    FIXED.includes(id) ? start[id] : (byId.find(([name]) => name === id)?.[1] ?? 0)
  return {
    intercept,
    other_home: find('other_home'),
    television: find('television'),
    hours: find('hours'),
    devices: find('devices'),
    no_television: find('no_television'),
    common_days: find('common_days'),
    overlap: find('overlap'),
    abroad: find('abroad'),
    mixing: find('mixing'),
    turns: find('turns'),
    brief: find('brief'),
    passing: find('passing'),
    work_hours: find('work_hours'),
    short_history: find('short_history'),
    continued: find('continued'),
    own_series: find('own_series'),
    no_series: find('no_series'),
    own_channels: find('own_channels'),
    common_channels: find('common_channels'),
    own_portables: find('own_portables'),
    more_homes: find('more_homes'),
    strangers: find('strangers'),
    restreaming: find('restreaming'),
    far_apart: find('far_apart'),
  }
}

const fittingRow = (account: Prepared, weights: Weights): Row => {
  const values = valuesOf(account, weights)
  const isFixed = (column: number): boolean => {
    const id = FEATURES[column - 1]
    return id !== undefined && FIXED.includes(id)
  }
  const fixed = FEATURES.reduce(
    (sum, id, i) => sum + (FIXED.includes(id) ? (values[i + 1] ?? 0) * weights[id] : 0),
    0,
  )
  return { x: values.map((v, i) => (isFixed(i) ? 0 : v)), y: account.isSharing, offset: fixed }
}

/** Fits the weights to labelled accounts, starting from given ones. */
export const fitWeights = (accounts: readonly Prepared[], start: Weights): Weights => {
  const signs = [0, ...FEATURES.map((id) => SIGNS[id])]
  let weights = start
  for (let turn = 0; turn < TURNS; turn += 1) {
    const current = weights
    const rows = accounts.map((a) => fittingRow(a, current))
    weights = weightsOf(fitLogistic(rows, signs), start)
  }
  return weights
}

/** Judges accounts with weights and a threshold in points of confidence. */
export const judge = (
  accounts: readonly Prepared[],
  weights: Weights,
  threshold: number,
): Judged[] =>
  accounts.map((account) => {
    const features = featuresOf(account, weights)
    const logOdds = FEATURES.reduce(
      (sum, id) => sum + features.values[id] * weights[id],
      weights.intercept,
    )
    const score = 100 / (1 + Math.exp(-logOdds))
    const { population, kind, isSharing } = account
    const isFlagged = isShared({ features, confidence: score }, threshold)
    return { population, kind, isSharing, score, isFlagged }
  })
