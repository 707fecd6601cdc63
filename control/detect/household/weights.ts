import type { Weights } from './features.ts'

/**
 * Log-odds per unit of each feature, fitted and rounded; `npm run bench:detection -- --data DIR --fit` prints them
 * anew. Restreaming never occurs among innocent accounts, so its weight is set to accuse by itself; distance adds
 * next to nothing once households are known. The weight of a short history is set so that 30 days accuse as
 * rarely as 60.
 */
export const DEFAULT_WEIGHTS: Weights = {
  intercept: -6.2,
  other_home: 0.8,
  television: 0.5,
  hours: 0.9,
  devices: 1.4,
  no_television: -0.7,
  common_days: 1.2,
  overlap: 1.7,
  abroad: 1.6,
  mixing: -2.2,
  turns: -0.7,
  brief: -1.2,
  passing: -0.8,
  work_hours: -2.5,
  short_history: -0.4,
  more_homes: 0.5,
  strangers: 7.4,
  restreaming: 8,
  far_apart: 0.05,
}

/** An account is flagged from this confidence on; chosen by cross-validation. */
export const DEFAULT_THRESHOLD = 55
