import type { PlayRecord } from '#domain/types'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import type { Inspect, MayFind, RuleOf } from '../rules/rule-types.ts'
import type { Finding, FindingKind } from '../types.ts'
import { areManyAtOnce, inspectConcurrentStreams } from './concurrent-streams.ts'
import { areManyNames, inspectDeviceVelocity } from './device-velocity.ts'
import { areFarApart } from './far-apart.ts'
import { inspectGeoRestriction } from './geo-restriction.ts'
import { inspectHostingNetwork, isAnyHosting } from './hosting-network.ts'
import { inspectImpossibleTravel } from './impossible-travel.ts'
import { areManyNewcomers, inspectLeakedCopy } from './leaked-copy.ts'
import { areManyHours, inspectRestreaming } from './restreaming.ts'
import { inspectSecondHousehold } from './second-household.ts'
import { inspectSimultaneousPlaces } from './simultaneous-places.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Detector<K extends FindingKind> {
  readonly inspect: Inspect<K>
  /** Whether `inspect` may find anything at any of an account's plays: a quick look at all of them. It may where there is none. */
  readonly mayFind?: MayFind<K>
  /** Least time between two judgements of one account; what takes weeks to show is not asked at every play. */
  readonly everyMs: number
}

type Detectors = { readonly [K in FindingKind]: Detector<K> }

/** Registry of all detectors by the kind of finding they make. */
export const DETECTORS: Detectors = {
  impossible_travel: { inspect: inspectImpossibleTravel, mayFind: areFarApart, everyMs: 0 },
  simultaneous_places: { inspect: inspectSimultaneousPlaces, mayFind: areFarApart, everyMs: 0 },
  device_velocity: { inspect: inspectDeviceVelocity, mayFind: areManyNames, everyMs: 0 },
  concurrent_streams: { inspect: inspectConcurrentStreams, mayFind: areManyAtOnce, everyMs: 0 },
  geo_restriction: { inspect: inspectGeoRestriction, everyMs: 0 },
  second_household: { inspect: inspectSecondHousehold, everyMs: 14 * DAY_MS },
  restreaming: { inspect: inspectRestreaming, mayFind: areManyHours, everyMs: HOUR_MS },
  leaked_copy: { inspect: inspectLeakedCopy, mayFind: areManyNewcomers, everyMs: 0 },
  hosting_network: { inspect: inspectHostingNetwork, mayFind: isAnyHosting, everyMs: 0 },
}

const inspectKind = <K extends FindingKind>(
  kind: K,
  rule: RuleOf<K>,
  event: PlayRecord,
  [recent, popularity]: readonly [readonly PlayRecord[], ChannelPopularity | undefined],
): Finding | null => DETECTORS[kind].inspect(event, recent, rule.params, popularity)

const mayKindFind = <K extends FindingKind>(
  kind: K,
  rule: RuleOf<K>,
  plays: readonly PlayRecord[],
): boolean => DETECTORS[kind].mayFind?.(plays, rule.params) ?? true

/** Whether a rule may find anything at any of an account's plays, which must be all there are, in order of start. */
export const mayFindAny = (rule: RuleOf<FindingKind>, plays: readonly PlayRecord[]): boolean =>
  mayKindFind(rule.kind, rule, plays)

/**
 * Runs the detector of a rule on one play and the plays before it; the finding takes the rule's severity,
 * `null` if there is none.
 */
export const inspectWith = (
  rule: RuleOf<FindingKind>,
  event: PlayRecord,
  recent: readonly PlayRecord[],
  popularity?: ChannelPopularity,
): Finding | null => {
  const finding = inspectKind(rule.kind, rule, event, [recent, popularity])
  return finding === null ? null : { ...finding, severity: rule.severity }
}
