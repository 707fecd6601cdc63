import { numbers, touchZone, ZONES } from '../memory.ts'

const WEDGED_AFTER_SEC = 5

/** Takes every zone's lock once; where a lock's owner has died this does not return, and `gh_state` has the zone's index. `now`: Unix seconds. */
export const probeZones = (now: number): void => {
  const state = numbers('gh_state')
  ZONES.forEach((zone, index) => {
    state.set('probeZone', index)
    state.set('probeAt', now)
    touchZone(zone)
  })
  state.set('probeZone', -1)
}

/** The zone whose lock the probe has waited for longer than 5 seconds; `null` = none. `now`: Unix seconds. */
export const wedgedZone = (now: number): string | null => {
  const state = numbers('gh_state')
  const zone = state.get('probeZone') ?? -1
  const since = state.get('probeAt') ?? now
  return zone >= 0 && now - since > WEDGED_AFTER_SEC ? (ZONES[zone] ?? null) : null
}
