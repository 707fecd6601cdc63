import type { Decay } from '../scoring/decay.ts'
import type { Finding, FindingKind } from '../types.ts'
import type { HouseholdEvidence } from './evidence/evidence.ts'
import { RETURN_DAYS } from './evidence/returned-to.ts'

/** Features of the logistic model; each is zero when there is no evidence. */
export const FEATURES = [
  'other_home',
  'television',
  'hours',
  'devices',
  'no_television',
  'common_days',
  'overlap',
  'abroad',
  'mixing',
  'turns',
  'brief',
  'passing',
  'work_hours',
  'short_history',
  'continued',
  'own_series',
  'no_series',
  'own_channels',
  'common_channels',
  'own_portables',
  'more_homes',
  'strangers',
  'restreaming',
  'far_apart',
] as const

/** Name of one feature. */
export type FeatureId = (typeof FEATURES)[number]

/** The features of one account. */
export type FeatureValues = Readonly<Record<FeatureId, number>>

/** Weights of the logistic model: log-odds per unit of each feature, and the intercept. */
export type Weights = Readonly<Record<FeatureId, number>> & { readonly intercept: number }

const NOTHING: FeatureValues = {
  other_home: 0,
  television: 0,
  hours: 0,
  devices: 0,
  no_television: 0,
  common_days: 0,
  overlap: 0,
  abroad: 0,
  mixing: 0,
  turns: 0,
  brief: 0,
  passing: 0,
  work_hours: 0,
  short_history: 0,
  continued: 0,
  own_series: 0,
  no_series: 0,
  own_channels: 0,
  common_channels: 0,
  own_portables: 0,
  more_homes: 0,
  strangers: 0,
  restreaming: 0,
  far_apart: 0,
}

// Days below which a visit cannot be distinguished from a home.
const ENOUGH_DAYS = 55

const WEEK_DAYS = 7

/** What a figure of so many days would come to in two months, at most twice as much. */
export const scaleOf = (historyDays: number): number =>
  Math.min(2, Math.max(1, ENOUGH_DAYS / Math.max(1, historyDays)))

/** How far its weeks fall short of half the weeks known: a visit of a fortnight, not a home. */
const brevityOf = ({ weeks, historyDays }: HouseholdEvidence): number =>
  Math.max(0, 1 - (2 * weeks) / Math.max(2, Math.min(ENOUGH_DAYS, historyDays) / WEEK_DAYS))

/** What the two homes followed: a series that both watched weighs by the share of such. */
const seriesFeatures = (
  { series }: HouseholdEvidence,
  scale: number,
): Pick<FeatureValues, 'continued' | 'own_series' | 'no_series'> => {
  const { isComparable, sharedShare, followed, continuedDays } = series
  return {
    continued: Math.log1p(continuedDays * scale) * sharedShare,
    own_series: isComparable ? Math.log1p(followed) * (1 - sharedShare) : 0,
    no_series: isComparable ? 0 : 1,
  }
}

/** How far the live channels of the two homes differ, and how far they are the same; zero of both where they cannot be compared. */
const channelFeatures = ({
  channels: { likeness, difference },
}: HouseholdEvidence): Pick<FeatureValues, 'own_channels' | 'common_channels'> => ({
  own_channels: difference,
  common_channels: likeness,
})

/** The features of one household beside the main one; logarithms, since the first day says more than the last. */
export const featuresOf = (evidence: HouseholdEvidence): FeatureValues => {
  const { home, recent, historyDays } = evidence
  const scale = scaleOf(historyDays)
  return {
    ...NOTHING,
    other_home: 1,
    television: Math.log1p(recent.televisionDays * scale),
    hours: Math.log1p(recent.hours * scale),
    devices: Math.log1p(home.devices.size),
    no_television: recent.televisionDays > 0 ? 0 : 1,
    common_days: Math.log1p(recent.commonDays * scale),
    overlap: Math.log1p(recent.overlapDays * scale),
    abroad: evidence.isOtherCountry ? 1 : 0,
    mixing: Math.log1p(recent.mixedDays * scale),
    turns: evidence.turns,
    brief: brevityOf(evidence),
    passing: evidence.settledDays < RETURN_DAYS ? 1 : 0,
    short_history: Math.max(0, Math.log(ENOUGH_DAYS / Math.max(1, historyDays))),
    ...seriesFeatures(evidence, scale),
    ...channelFeatures(evidence),
    own_portables: evidence.mayBeOwnPortables ? 1 : 0,
    work_hours: home.televisions.size === 0 ? evidence.workHoursShare : 0,
  }
}

/** Weighted sum of the features, without the intercept. */
export const scoreOf = (features: FeatureValues, weights: Weights): number =>
  FEATURES.reduce((sum, id) => sum + features[id] * weights[id], 0)

/** Features made from findings of other detectors. */
export const findingFeatures = (
  findings: readonly Finding[],
  decay: Decay,
): Pick<FeatureValues, 'strangers' | 'restreaming' | 'far_apart'> => {
  const sum = (...kinds: FindingKind[]): number =>
    findings.filter((f) => kinds.includes(f.kind)).reduce((total, f) => total + decay(f.at), 0)
  return {
    // A burst is over when it is over: it counts in full for a season.
    strangers: Math.min(1, 2 * sum('leaked_copy')),
    restreaming: Math.min(1, sum('restreaming')),
    far_apart: Math.log1p(sum('impossible_travel', 'simultaneous_places')),
  }
}

/** The features of one account: those of its strongest second household, and how many more there are. */
export interface AccountFeatures {
  readonly strongest: HouseholdEvidence | null
  readonly others: readonly HouseholdEvidence[]
  readonly findings: readonly Finding[]
  readonly values: FeatureValues
}

// More than this many further homes say nothing new.
const OTHERS_AT_MOST = 4

/**
 * Ranks the households beside the main one by score, those that were come back to before those that were not, and computes the account's
 * features from them.
 */
export const accountFeatures = (
  evidence: readonly HouseholdEvidence[],
  weights: Weights,
  findings: readonly Finding[],
  decay: Decay,
): AccountFeatures => {
  const isHome = ({ e, score }: { readonly e: HouseholdEvidence; readonly score: number }) =>
    e.settledDays >= RETURN_DAYS && score > weights.other_home
  const ranked = evidence
    .map((e) => {
      const values = featuresOf(e)
      return { e, values, score: scoreOf(values, weights) }
    })
    .sort((a, b) => Number(isHome(b)) - Number(isHome(a)) || b.score - a.score)
  const [best, ...rest] = ranked
  const found = findingFeatures(findings, decay)
  if (!best) return { strongest: null, others: [], findings, values: { ...NOTHING, ...found } }
  const others = rest.filter((r) => r.score > weights.other_home).slice(0, OTHERS_AT_MOST)
  const more = others.reduce((sum, r, i) => sum + (r.score - weights.other_home) / (i + 2), 0)
  return {
    strongest: best.e,
    others: others.map((r) => r.e),
    findings,
    values: { ...best.values, ...found, more_homes: more },
  }
}
