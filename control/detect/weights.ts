import type { Weights } from './features.ts'

/** Log-odds per unit of each feature; `scripts/bench/detection.ts --fit` prints them anew from labelled populations. */
export const DEFAULT_WEIGHTS: Weights = {
  intercept: -4,
  television: 1.2,
  presence: 0.8,
  overlap: 0.8,
  mixing: -1.5,
  abroad: 0.5,
  roaming: -1.5,
  hours: 0.3,
  more_homes: 1,
}

/** An account is flagged from this confidence on; chosen by cross-validation. */
export const DEFAULT_THRESHOLD = 50
