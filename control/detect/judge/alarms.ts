import type { PlayRecord } from '#domain/types'
import { type Judgement, judgeHouseholds } from '../household/household-judgement.ts'
import { endOf } from '../normalise.ts'
import type { Finding, FindingKind } from '../types.ts'

const DAY_MS = 86_400_000

/** Kinds that see plays apart and know nothing of who lives where. */
const APART: ReadonlySet<FindingKind> = new Set([
  'impossible_travel',
  'simultaneous_places',
  'device_velocity',
])

/**
 * From this confidence on, counted without such findings, the account's homes do not explain plays that are apart:
 * nine of ten innocent accounts stay far below it, nine of ten shared ones reach it.
 */
export const UNEXPLAINED_FROM = 20

// Before so much is known of an account, nothing explains anything.
const KNOWN_MS = 3 * DAY_MS

/** Whether a judgement leaves more than one household possible. */
export const isUnexplained = ({ confidence, features }: Judgement): boolean =>
  confidence >= UNEXPLAINED_FROM || features.values.strangers > 0 || features.values.restreaming > 0

const isYoung = (plays: readonly PlayRecord[]): boolean => {
  const [first, last] = [plays[0], plays.at(-1)]
  return first === undefined || last === undefined || endOf(last) - first.startedAt < KNOWN_MS
}

/** Whether the providers of most plays are known: without them nobody can tell one provider's hubs from two places. */
const knowsProviders = (plays: readonly PlayRecord[]): boolean => {
  const open = plays.filter(({ isLan, network }) => !isLan && network !== null)
  return 2 * open.filter(({ asn, asnOrg }) => asn !== null || asnOrg !== null).length >= open.length
}

/** Rules in the order they are judged: those that need to know of other findings come last. */
export const homesLast = <R extends { readonly kind: FindingKind }>(rules: readonly R[]): R[] => [
  ...rules.filter((rule) => !APART.has(rule.kind)),
  ...rules.filter((rule) => APART.has(rule.kind)),
]

/** Whether a finding is to be raised. */
export type IsAlarm = (finding: Finding) => boolean

/**
 * Tells alarms from what the account's own homes explain: plays apart are raised where the account is young, where its
 * providers are unknown, or where its households leave open that it is shared. The homes are worked out when they are first asked for.
 */
export const alarmsOf = (
  plays: readonly PlayRecord[],
  now: number,
  findings: () => readonly Finding[] = () => [],
): IsAlarm => {
  let answer: boolean | null = null
  return ({ kind }) => {
    if (!APART.has(kind)) return true
    answer ??=
      isYoung(plays) ||
      !knowsProviders(plays) ||
      isUnexplained(judgeHouseholds(plays, { now, findings: findings() }))
    return answer
  }
}
