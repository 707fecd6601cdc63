import { byCodePoint } from '../common/python-text.ts'
import type { CompatDevice } from './analysis/analysis.ts'
import type { Teleportation } from './analysis/teleportation.ts'
import { type AnalysedUser, type FlagRule, isFlagged } from './users.ts'

/** A user that could not be analysed. */
export interface FailedUser {
  readonly user_id: unknown
  readonly name: string
  readonly error: string
}

const deviceJson = (device: CompatDevice) => ({
  machine_id: device.machineId,
  platform: device.platform,
  player: device.player,
  plays: device.plays,
  duration_sec: device.seconds,
  ips: [...device.addresses].toSorted(byCodePoint),
})

const tripJson = ({ from, to, dist_km, time_diff_h, speed_kmh }: Teleportation) => ({
  from,
  to,
  dist_km,
  time_diff_h,
  speed_kmh,
})

/** One analysed user as the JSON report shows it. */
export const userJson = (user: AnalysedUser, rule: FlagRule) => {
  const { analysis } = user
  const differs = analysis.originalStops.length > 0
  return {
    user_id: user.user_id,
    name: user.name,
    flagged: isFlagged(user, rule),
    score: analysis.score,
    ...(analysis.score === null ? { skipped: true } : {}),
    n_devices: analysis.devices.length,
    heavy_devices: analysis.heavyDevices,
    n_overlaps: analysis.overlaps,
    n_overlap_pairs: analysis.overlapPairs,
    total_plays: analysis.plays,
    total_duration_sec: analysis.seconds,
    teleportations: analysis.teleportations.map(tripJson),
    devices: analysis.devices.map(deviceJson),
    ...(differs ? { compat_differs: true, compat_reasons: analysis.originalStops } : {}),
  }
}

/** A user without an analysis as the JSON report shows it. */
export const failedJson = (user: FailedUser) => ({
  user_id: user.user_id,
  name: user.name,
  flagged: false,
  score: null,
  error: user.error,
})
