import type { PlayRecord } from '#domain/types'
import { hasDerivedDevice } from '../guards.ts'
import type { Weights } from './features.ts'

/**
 * Log-odds per unit of each feature, fitted and rounded; `npm run bench:detection -- --data DIR --fit` fits them
 * again. Restreaming does not occur among innocent accounts, so its weight is set to be enough alone; distance adds
 * little once households are known. The weight of a short history is set so that 30 days give as few false alarms
 * as 60.
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

/**
 * The same for plays of edges, whose devices are derived and not reported: a television is no surer than any other
 * device, and distance counts.
 */
export const EDGE_WEIGHTS: Weights = {
  intercept: -5.15,
  other_home: 0.7,
  television: 0,
  hours: 0.9,
  devices: 1.2,
  no_television: 0,
  common_days: 0.7,
  overlap: 0.6,
  abroad: 0.6,
  mixing: -1.05,
  turns: -0.7,
  brief: 0,
  passing: -0.7,
  work_hours: -1.2,
  short_history: -0.4,
  more_homes: 0.5,
  strangers: 6.5,
  restreaming: 8,
  far_apart: 1.2,
}

/** The weights for plays: `EDGE_WEIGHTS` where most plays are of edges. */
export const weightsFor = (plays: readonly Pick<PlayRecord, 'source'>[]): Weights =>
  2 * plays.filter(hasDerivedDevice).length > plays.length ? EDGE_WEIGHTS : DEFAULT_WEIGHTS

/** An account is flagged from this confidence on; chosen by cross-validation. */
export const DEFAULT_THRESHOLD = 55
