import { numbers, touchZone, ZONES } from '../memory.ts'

const WEDGED_AFTER_SEC = 5

/** Touches every dictionary; one whose lock died with its worker stops here, and the mark says which. `now`: Unix seconds. */
export const probeZones = (now: number): void => {
  const state = numbers('gh_state')
  ZONES.forEach((zone, index) => {
    state.set('probeZone', index)
    state.set('probeAt', now)
    touchZone(zone)
  })
  state.set('probeZone', -1)
}

/** The dictionary the last probe has not come back from for longer than 5 seconds; `null` = none. `now`: Unix seconds. */
export const wedgedZone = (now: number): string | null => {
  const state = numbers('gh_state')
  const zone = state.get('probeZone') ?? -1
  const since = state.get('probeAt') ?? now
  return zone >= 0 && now - since > WEDGED_AFTER_SEC ? (ZONES[zone] ?? null) : null
}
