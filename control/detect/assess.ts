import type { PlayRecord } from '#domain/types'
import { explainConfidence } from './confidence.ts'
import { compareHomes } from './evidence.ts'
import { accountFeatures, type Weights } from './features.ts'
import { homesOf } from './homes.ts'
import { describeHome, explainFeature } from './household-text.ts'
import { normalisePlays } from './normalise.ts'
import { tracesOf } from './trace.ts'
import type { Assessment, Feedback } from './types.ts'
import { DEFAULT_THRESHOLD, DEFAULT_WEIGHTS } from './weights.ts'

/** What an assessment may be told besides the plays. */
export interface AssessOptions {
  readonly now: number
  /** Confidence from which an account is flagged. */
  readonly threshold?: number
  readonly weights?: Weights
  readonly feedback?: Feedback
  /** Network keys of the media server's own home; the same household as its LAN. */
  readonly homeNetworks?: readonly string[]
}

/** Says how likely one account is shared and why; the plays may come in any order. */
export const assessAccount = (plays: readonly PlayRecord[], options: AssessOptions): Assessment => {
  const weights = options.weights ?? DEFAULT_WEIGHTS
  const traces = tracesOf(normalisePlays(plays, options.now), new Set(options.homeNetworks))
  const homes = homesOf(traces)
  const [main, ...rest] = homes
  const features = accountFeatures(main ? rest.map((h) => compareHomes(main, h)) : [], weights)
  const { confidence, contributions } = explainConfidence(features, weights, explainFeature)
  const isFine = options.feedback?.isAccountFine ?? false
  return {
    account: plays[0]?.account ?? null,
    confidence,
    flagged: !isFine && confidence >= (options.threshold ?? DEFAULT_THRESHOLD),
    findings: [],
    households: homes.map((home, index) => describeHome(home, index)),
    contributions,
  }
}
