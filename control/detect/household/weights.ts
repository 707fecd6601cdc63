import type { PlayRecord } from '#domain/types'
import { hasDerivedDevice } from '../guards.ts'
import type { Weights } from './features.ts'

/**
 * Log-odds per unit of each feature, fitted on clean and quirky populations of 14 to 60 days and rounded;
 * `npm run bench:detection -- --data DIR --fit` fits them again. Restreaming does not occur among innocent accounts,
 * so its weight is set to be enough alone, as is a burst of strangers; distance adds little once households are known.
 * The weights of guests and of a short history are set, for what would clear an account and for few false alarms in
 * 30 days.
 */
export const DEFAULT_WEIGHTS: Weights = {
  intercept: -5,
  other_home: 1.7,
  television: 0.6,
  hours: 0.7,
  devices: 0.4,
  no_television: -0.1,
  common_days: 1.4,
  overlap: 0.8,
  abroad: 1,
  mixing: -1.4,
  turns: -0.1,
  brief: -1,
  passing: -0.4,
  work_hours: -1.4,
  short_history: -0.4,
  continued: -1.7,
  own_series: 0.5,
  no_series: -1,
  own_channels: 0,
  common_channels: 0,
  own_portables: -1.8,
  more_homes: 0.9,
  strangers: 6,
  restreaming: 8,
  far_apart: 0.3,
}

/**
 * The same for plays of edges, whose devices are derived and not reported: a television is no surer than any other
 * device, and distance and channels count.
 */
export const EDGE_WEIGHTS: Weights = {
  intercept: -6,
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
  continued: 0,
  own_series: 0,
  no_series: 0,
  own_channels: 4,
  common_channels: -10,
  own_portables: 0,
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
