import type { Weights } from './features.ts'

/** Log-odds per unit of each feature; `npm run bench:detection -- --data DIR --fit` prints them anew. */
export const DEFAULT_WEIGHTS: Weights = {
  intercept: -6.7,
  other_home: 0.7,
  television: 0.5,
  hours: 0.9,
  devices: 1.3,
  common_days: 1.1,
  overlap: 1.3,
  abroad: 1.3,
  mixing: -1.6,
  work_hours: -1.2,
  more_homes: 0.5,
  strangers: 0,
  restreaming: 0,
  far_apart: 0,
}

/** An account is flagged from this confidence on; chosen by cross-validation. */
export const DEFAULT_THRESHOLD = 50
