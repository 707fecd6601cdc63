import { once } from '#domain/memoize'
import type { PlayRecord } from '#domain/types'
import { hasNetwork } from '../guards.ts'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import { isShared, type Weighed, weighHouseholds } from '../household/household-judgement.ts'
import { isHosting } from '../network-class.ts'
import { endOf } from '../normalise.ts'
import type { Finding, FindingKind } from '../types.ts'

const DAY_MS = 86_400_000

/** Kinds of findings about distant plays, made without knowledge of households. */
const APART: ReadonlySet<FindingKind> = new Set([
  'impossible_travel',
  'simultaneous_places',
  'device_velocity',
])

/**
 * Confidence, computed without such findings, from which on the account's homes do not explain distant plays: nine of
 * ten innocent accounts are far below it, nine of ten shared ones above.
 */
export const UNEXPLAINED_FROM = 20

/** The same for many networks in a day, which say less of where anybody is: fewer innocent accounts have them by far. */
const UNEXPLAINED_NETWORKS_FROM = 15

// So many devices that were never seen before, over so many providers, are no guests of a home.
const NEW_DEVICES = 2
const PROVIDERS = 2

// With less history, homes explain nothing.
const KNOWN_MS = DAY_MS

/** Whether more than one household is possible by a judgement. */
export const isUnexplained = (
  { confidence, features }: Weighed,
  from: number = UNEXPLAINED_FROM,
): boolean => confidence >= from || features.values.strangers > 0 || features.values.restreaming > 0

/** Whether devices that were never seen before came over several providers in the time that a finding is about. */
const bringsNewDevices = (plays: readonly PlayRecord[], { at, evidence }: Finding): boolean => {
  const since = at - (evidence.windowMs ?? DAY_MS)
  const known = new Set<string | null>([null])
  const fresh = new Set<string>()
  const providers = new Set<number | string>()
  for (const play of plays) {
    if (play.startedAt > at) break
    if (play.startedAt <= since) known.add(play.device)
    else if (hasNetwork(play) && !isHosting(play)) {
      if (play.device !== null && !known.has(play.device)) fresh.add(play.device)
      const provider = play.asn ?? play.asnOrg
      if (provider !== null) providers.add(provider)
    }
  }
  return fresh.size >= NEW_DEVICES && providers.size >= PROVIDERS
}

const isYoung = (plays: readonly PlayRecord[]): boolean => {
  const [first, last] = [plays[0], plays.at(-1)]
  return first === undefined || last === undefined || endOf(last) - first.startedAt < KNOWN_MS
}

/** Whether what a rule finds is about distant plays. */
export const isApart = ({ kind }: { readonly kind: FindingKind }): boolean => APART.has(kind)

/** Rules in order of evaluation: those that depend on other findings come last. */
export const homesLast = <R extends { readonly kind: FindingKind }>(rules: readonly R[]): R[] => [
  ...rules.filter((rule) => !isApart(rule)),
  ...rules.filter(isApart),
]

/** Whether a finding is to be raised. */
export type IsAlarm = (finding: Finding) => boolean

/** What is raised of an account's findings. */
export interface Alarms {
  readonly isAlarm: IsAlarm
  /** Whether nothing that a rule finds about distant plays is raised: known once other rules have been asked. */
  readonly isNoneApart: (rule: { readonly kind: FindingKind }) => boolean
  /** Whether the account is called shared, whatever is found about distant plays. */
  readonly isShared: () => boolean
}

/**
 * Decides whether a finding is raised. One about distant plays is not where the account's own homes explain it: it is where the account is
 * new, or more than one household is possible; one of two places of one provider only where the account is
 * shared without it, and one of many networks also where new devices are among them. Homes are computed when they are first asked for.
 */
export const alarmsOf = (
  plays: readonly PlayRecord[],
  now: number,
  findings: () => readonly Finding[] = () => [],
  popularity?: ChannelPopularity,
): Alarms => {
  const weighed = once(() => weighHouseholds(plays, { now, findings: findings(), popularity }))
  const isNew = once(() => isYoung(plays))
  const areNetworksUnexplained = (finding: Finding): boolean =>
    isUnexplained(weighed(), UNEXPLAINED_NETWORKS_FROM) || bringsNewDevices(plays, finding)
  const isAlarm: IsAlarm = (finding) => {
    if (!isApart(finding)) return true
    // Where there surely are two households, places of one provider are places, too.
    if (finding.evidence.provider !== undefined) return isShared(weighed())
    if (isNew() || isUnexplained(weighed())) return true
    return finding.kind === 'device_velocity' && areNetworksUnexplained(finding)
  }
  // Shared accounts are unexplained ones.
  return {
    isAlarm,
    isNoneApart: ({ kind }) =>
      isApart({ kind }) && kind !== 'device_velocity' && !isNew() && !isUnexplained(weighed()),
    isShared: () => isShared(weighed()),
  }
}
