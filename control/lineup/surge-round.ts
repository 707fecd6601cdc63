import type { SurgeConfig } from '../config/schema/schema.ts'
import { isUnder, judgeSurge, type Load, SURGE_ACTOR } from './auto-surge.ts'
import type { SurgeState } from './surge-state.ts'

export interface SurgeRoundPorts {
  readonly profiles: () => readonly SurgeConfig[]
  readonly state: SurgeState
  readonly load: () => Promise<Load>
  /** Applies the profiles that are on. */
  readonly apply: () => Promise<void>
  readonly audit: (profile: string, on: boolean, load: Load) => Promise<void>
  readonly clock: () => number
}

/** Creates the round that switches profiles by load. A profile that an operator switched off stays off until the load has fallen below its thresholds. */
export const createSurgeRound = (ports: SurgeRoundPorts): (() => Promise<void>) => {
  const { profiles, state, load, apply, audit, clock } = ports
  const mine = new Set<string>()
  const held = new Set<string>()
  return async () => {
    const automatic = profiles().filter(
      (it) => it.above_sessions !== null || it.above_mbps !== null,
    )
    if (automatic.length === 0) return
    let hasSwitched = await state.reload()
    const present = await load()
    for (const profile of automatic) {
      const { name } = profile
      const entry = state.entry(name)
      if (entry === null && mine.delete(name)) held.add(name)
      if (entry?.by === SURGE_ACTOR) mine.add(name)
      if (isUnder(profile, present)) held.delete(name)
      const verdict = judgeSurge(profile, present, entry, clock())
      if (verdict === null || (verdict === 'on' && held.has(name))) continue
      await state.set(name, verdict === 'on', SURGE_ACTOR)
      await audit(name, verdict === 'on', present)
      if (verdict === 'on') mine.add(name)
      else mine.delete(name)
      hasSwitched = true
    }
    if (hasSwitched) await apply()
  }
}
