import type { PlayRecord } from '#domain/types'
import { createFinding, durationText } from '../finding.ts'
import { hasNetwork } from '../guards.ts'
import type { Inspect, MayFind, ParamsOf } from '../rules/rule-types.ts'
import { clearedOfSome } from './cleared-by.ts'

type Params = ParamsOf<'device_velocity'>

const HOUR_MS = 3_600_000

/** The network or device a play counts as; `null` for the LAN, relays and unknown devices, which do not count. */
const counted = (play: PlayRecord, params: Params): string | null => {
  if (params.count === 'devices') return play.device
  return hasNetwork(play) ? play.network : null
}

/** Whether there are more networks or devices at all than a window may have. */
export const areManyNames: MayFind<'device_velocity'> = (plays, params) => {
  const names = new Set<string>()
  for (const play of plays) {
    const name = counted(play, params)
    if (name !== null && names.add(name).size > params.max) return true
  }
  return false
}

/** Whether a name is among those of some plays; most are that of the play before. */
const isKnown = (name: string, recent: readonly PlayRecord[], params: Params): boolean => {
  for (let i = recent.length - 1; i >= 0; i -= 1) {
    const play = recent[i]
    if (play !== undefined && counted(play, params) === name) return true
  }
  return false
}

/** More distinct networks or devices within the window than one household uses. */
export const inspectDeviceVelocity: Inspect<'device_velocity'> = (event, recent, params) => {
  const name = counted(event, params)
  if (name === null) return null
  // Only a play with a new network or device can exceed the limit.
  if (recent.length < params.max || isKnown(name, recent, params)) return null
  const first = new Map<string, PlayRecord>()
  for (const play of recent) {
    const other = counted(play, params)
    if (other !== null && !first.has(other)) first.set(other, play)
  }
  if (first.size + 1 <= params.max) return null
  const names = [...first.keys(), name].sort()
  const size = { count: names.length, limit: params.max }
  const as = params.count === 'devices' ? 'fine' : 'home or fine'
  const windowMs = params.window_hours * HOUR_MS
  return createFinding(event, [...first.values()], {
    kind: 'device_velocity',
    severity: 'low',
    confidence: 10,
    summary:
      `${names.length} different ${params.count} within ${durationText(windowMs)}; ${params.max} are allowed. ` +
      clearedOfSome(size, 'them', as),
    evidence: {
      ...size,
      windowMs,
      ...(params.count === 'devices' ? { devices: names } : { networks: names }),
    },
  })
}
