import type { PlayRecord } from '#domain/types'
import { explainConfidence } from './confidence.ts'
import { decayAt } from './decay.ts'
import { compareHomes } from './evidence.ts'
import { type AccountFeatures, accountFeatures, type Weights } from './features.ts'
import { type Home, homesOf } from './homes.ts'
import { explainFeature } from './household-text.ts'
import { tracesOf } from './trace.ts'
import type { Contribution, Finding } from './types.ts'
import { DEFAULT_THRESHOLD, DEFAULT_WEIGHTS } from './weights.ts'

/** What households and findings say about one account. */
export interface Judgement {
  readonly homes: readonly Home[]
  readonly features: AccountFeatures
  readonly confidence: number
  readonly contributions: readonly Contribution[]
  readonly isLikely: boolean
}

/** What a judgement may be told besides the plays. */
export interface JudgementOptions {
  readonly now: number
  readonly threshold?: number | undefined
  readonly weights?: Weights | undefined
  readonly findings?: readonly Finding[] | undefined
}

/** Groups plays into households and weighs what they did; plays must be normalised. */
export const judgeHouseholds = (
  plays: readonly PlayRecord[],
  options: JudgementOptions,
): Judgement => {
  const weights = options.weights ?? DEFAULT_WEIGHTS
  const homes = homesOf(tracesOf(plays))
  const [main, ...rest] = homes
  const evidence = main ? rest.map((home) => compareHomes(main, home, options.now)) : []
  const decay = decayAt(options.now)
  const features = accountFeatures(evidence, weights, options.findings ?? [], decay)
  const { confidence, contributions } = explainConfidence(features, weights, explainFeature)
  const isLikely = confidence >= (options.threshold ?? DEFAULT_THRESHOLD)
  return { homes, features, confidence, contributions, isLikely }
}
