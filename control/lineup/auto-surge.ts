import type { SurgeConfig } from '../config/schema/schema.ts'
import type { SurgeEntry } from './surge-state.ts'

/** Present load of all edges together. */
export interface Load {
  readonly sessions: number
  readonly mbps: number
}

/**
 * The actor of automatic switching, as stored with a profile: one that an operator switched on
 * stays on until an operator switches it off.
 */
export const SURGE_ACTOR = 'surge'

type Thresholds = Pick<
  SurgeConfig,
  'above_sessions' | 'above_mbps' | 'hysteresis_percent' | 'hold_sec'
>

const marks = (profile: Thresholds, load: Load): (readonly [value: number, mark: number])[] => [
  ...(profile.above_sessions === null ? [] : [[load.sessions, profile.above_sessions] as const]),
  ...(profile.above_mbps === null ? [] : [[load.mbps, profile.above_mbps] as const]),
]

/** Whether the load exceeds any threshold of a profile. */
export const isOver = (profile: Thresholds, load: Load): boolean =>
  marks(profile, load).some(([value, mark]) => value > mark)

/** Whether the load is below every threshold by at least the profile's hysteresis. */
export const isUnder = (profile: Thresholds, load: Load): boolean =>
  marks(profile, load).every(
    ([value, mark]) => value <= mark * (1 - profile.hysteresis_percent / 100),
  )

/** Whether to switch a profile on or off; `null` = leave it. */
export const judgeSurge = (
  profile: Thresholds,
  load: Load,
  present: SurgeEntry | null,
  now: number,
): 'on' | 'off' | null => {
  if (marks(profile, load).length === 0) return null
  if (present === null) return isOver(profile, load) ? 'on' : null
  if (present.by !== SURGE_ACTOR || now - present.since < profile.hold_sec * 1000) return null
  return isUnder(profile, load) ? 'off' : null
}
