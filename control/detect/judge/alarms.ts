import { once } from '#domain/memoize'
import type { PlayRecord } from '#domain/types'
import type { ChannelPopularity } from '../household/homes/channel-popularity.ts'
import { isShared, type Weighed, weighHouseholds } from '../household/household-judgement.ts'
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

// With less history, homes explain nothing.
const KNOWN_MS = DAY_MS

/** Whether more than one household is possible by a judgement. */
export const isUnexplained = ({ confidence, features }: Weighed): boolean =>
  confidence >= UNEXPLAINED_FROM || features.values.strangers > 0 || features.values.restreaming > 0

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
  /** Whether nothing about distant plays is raised, whatever is found: known once other rules have been asked. */
  readonly isNoneApart: () => boolean
  /** Whether the account is called shared, whatever is found about distant plays. */
  readonly isShared: () => boolean
}

/**
 * Decides whether a finding is raised. One about distant plays is not where the account's own homes explain it: it is where the account is
 * new, or more than one household is possible; and one of two places of one provider only where the account is
 * shared without it. Homes are computed when they are first asked for.
 */
export const alarmsOf = (
  plays: readonly PlayRecord[],
  now: number,
  findings: () => readonly Finding[] = () => [],
  popularity?: ChannelPopularity,
): Alarms => {
  const weighed = once(() => weighHouseholds(plays, { now, findings: findings(), popularity }))
  const isNew = once(() => isYoung(plays))
  const isAlarm: IsAlarm = (finding) => {
    if (!isApart(finding)) return true
    // Where there surely are two households, places of one provider are places, too.
    if (finding.evidence.provider !== undefined) return isShared(weighed())
    return isNew() || isUnexplained(weighed())
  }
  // Shared accounts are unexplained ones.
  return {
    isAlarm,
    isNoneApart: () => !isNew() && !isUnexplained(weighed()),
    isShared: () => isShared(weighed()),
  }
}
