import type { PlayRecord } from '#domain/types'
import { createFinding, durationText } from '../finding.ts'
import { hasNetwork } from '../guards.ts'
import { addressPoolOf } from '../network-class.ts'
import type { Inspect, ParamsOf } from '../rules/rule-types.ts'

const HOUR_MS = 3_600_000

interface Burst {
  readonly strangers: Map<string, PlayRecord>
  readonly places: Set<string>
}

/** Devices that turned up within the burst on pools which nobody had used before it. */
const strangersOf = (plays: readonly PlayRecord[], since: number): Burst => {
  const knownDevices = new Set<string>()
  const knownPools = new Set<string>()
  const burst: Burst = { strangers: new Map(), places: new Set() }
  for (const play of plays) {
    const pool = hasNetwork(play) ? addressPoolOf(play.network) : null
    if (play.startedAt < since) {
      if (play.device !== null) knownDevices.add(play.device)
      if (pool !== null) knownPools.add(pool)
    } else if (play.device !== null && pool !== null) {
      if (knownDevices.has(play.device) || knownPools.has(pool)) continue
      if (!burst.strangers.has(play.device)) burst.strangers.set(play.device, play)
      burst.places.add(pool)
    }
  }
  return burst
}

const isNewDevice = (event: PlayRecord, recent: readonly PlayRecord[]): boolean =>
  event.device !== null && !recent.some((p) => p.device === event.device)

const countBefore = (recent: readonly PlayRecord[], since: number): number =>
  recent.findLastIndex((p) => p.startedAt < since) + 1

// Before a few plays are known, everybody is a stranger.
const KNOWN_AT_LEAST = 3

/** Many new devices on new networks at once: a leaked playlist or password. */
export const inspectLeakedCopy: Inspect<'leaked_copy'> = (
  event,
  recent,
  params: ParamsOf<'leaked_copy'>,
) => {
  if (!isNewDevice(event, recent)) return null
  const since = event.startedAt - params.burst_hours * HOUR_MS
  if (countBefore(recent, since) < KNOWN_AT_LEAST) return null
  const { strangers, places } = strangersOf([...recent, event], since)
  if (strangers.size < params.min_devices || places.size < params.min_places) return null
  const plays = [...strangers.values()]
  const countries = [...new Set(plays.flatMap((p) => p.country ?? []))].sort()
  const where =
    countries.length > 1 ? ` in ${countries.length} countries (${countries.join(', ')})` : ''
  return createFinding(
    event,
    plays.filter((p) => p !== event),
    {
      kind: 'leaked_copy',
      severity: 'high',
      confidence: 60,
      summary:
        `${strangers.size} devices never seen before turned up on ${places.size} new networks${where} ` +
        `within ${durationText(params.burst_hours * HOUR_MS)}.`,
      evidence: {
        count: strangers.size,
        limit: params.min_devices,
        windowMs: params.burst_hours * HOUR_MS,
        devices: [...strangers.keys()].sort(),
        countries,
      },
    },
  )
}
