import type { PlayRecord } from '#domain/types'
import type { Inspect, RuleOf } from '../rules/rule-types.ts'
import type { Finding, FindingKind } from '../types.ts'
import { inspectConcurrentStreams } from './concurrent-streams.ts'
import { inspectDeviceVelocity } from './device-velocity.ts'
import { inspectGeoRestriction } from './geo-restriction.ts'
import { inspectHostingNetwork } from './hosting-network.ts'
import { inspectImpossibleTravel } from './impossible-travel.ts'
import { inspectLeakedCopy } from './leaked-copy.ts'
import { inspectRestreaming } from './restreaming.ts'
import { inspectSecondHousehold } from './second-household.ts'
import { inspectSimultaneousPlaces } from './simultaneous-places.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Detector<K extends FindingKind> {
  readonly inspect: Inspect<K>
  /** Least time between two judgements of one account; what takes weeks to show is not asked at every play. */
  readonly everyMs: number
}

type Detectors = { readonly [K in FindingKind]: Detector<K> }

/** Registry of all detectors by the kind of finding they make. */
export const DETECTORS: Detectors = {
  impossible_travel: { inspect: inspectImpossibleTravel, everyMs: 0 },
  simultaneous_places: { inspect: inspectSimultaneousPlaces, everyMs: 0 },
  device_velocity: { inspect: inspectDeviceVelocity, everyMs: 0 },
  concurrent_streams: { inspect: inspectConcurrentStreams, everyMs: 0 },
  geo_restriction: { inspect: inspectGeoRestriction, everyMs: 0 },
  second_household: { inspect: inspectSecondHousehold, everyMs: 14 * DAY_MS },
  restreaming: { inspect: inspectRestreaming, everyMs: HOUR_MS },
  leaked_copy: { inspect: inspectLeakedCopy, everyMs: 0 },
  hosting_network: { inspect: inspectHostingNetwork, everyMs: 0 },
}

const inspectKind = <K extends FindingKind>(
  kind: K,
  rule: RuleOf<K>,
  event: PlayRecord,
  recent: readonly PlayRecord[],
): Finding | null => DETECTORS[kind].inspect(event, recent, rule.params)

/**
 * Runs the detector of a rule on one play and the plays before it; the finding takes the rule's severity,
 * `null` if there is none.
 */
export const inspectWith = (
  rule: RuleOf<FindingKind>,
  event: PlayRecord,
  recent: readonly PlayRecord[],
): Finding | null => {
  const finding = inspectKind(rule.kind, rule, event, recent)
  return finding === null ? null : { ...finding, severity: rule.severity }
}
