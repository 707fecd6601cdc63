import type { AccountRef } from '#domain/types'

/** How much a finding matters on its own. */
export type Severity = 'low' | 'warning' | 'high'

/** Kinds of findings, one detector each. */
export const FINDING_KINDS = [
  'impossible_travel',
  'simultaneous_places',
  'device_velocity',
  'concurrent_streams',
  'geo_restriction',
  'second_household',
  'restreaming',
  'leaked_copy',
  'hosting_network',
] as const

export type FindingKind = (typeof FINDING_KINDS)[number]

/** One play of the evidence, with what is needed to check it against the history. */
export interface SessionEvidence {
  readonly playId: string
  readonly device: string | null
  readonly deviceName: string | null
  readonly network: string | null
  readonly place: string | null
  readonly country: string | null
  readonly latitude: number | null
  readonly longitude: number | null
  readonly accuracyKm: number | null
  readonly startedAt: number
  readonly endedAt: number
}

/** The measurements behind a finding; fields that do not apply are left out. */
export interface Evidence {
  readonly sessions: readonly SessionEvidence[]
  readonly distanceKm?: number
  /** Distance with both accuracy radii subtracted. */
  readonly leastDistanceKm?: number
  readonly elapsedMs?: number
  /** How much more it may have been, where two clocks measured it. */
  readonly clockSlackMs?: number
  readonly speedKmh?: number
  /** Of a second household: where it is, with its radius, "Lyon (Orange S.A.) (± 25 km)". */
  readonly place?: string
  /** On how many more days a device of one home would have to play in the other to clear the account. */
  readonly guestDays?: number
  /** Of a second household: televisions of its own. */
  readonly televisions?: number
  /** On how many days devices of one home were guests of the other, both played at once, and both played at all. */
  readonly mixedDays?: number
  readonly overlapDays?: number
  readonly commonDays?: number
  /** The owner of the data centre that plays came through. */
  readonly owner?: string
  /** Streams at once, on average. */
  readonly streams?: number
  /** Players that one playlist copy must have been in at least. */
  readonly players?: number
  /** When a playlist copy was first used. */
  readonly firstUsedAt?: number
  /** Networks of devices never seen before. */
  readonly newNetworks?: number
  /** The provider of both plays, where they came over one within a country: its lines are located anywhere. */
  readonly provider?: string
  readonly overlapMs?: number
  readonly count?: number
  readonly limit?: number
  readonly windowMs?: number
  readonly devices?: readonly string[]
  readonly networks?: readonly string[]
  readonly countries?: readonly string[]
  /** Id of the playlist copy the finding is about. */
  readonly download?: string
}

/** What a detector found in one account's plays. The same plays always give the same id. */
export interface Finding {
  readonly id: string
  readonly kind: FindingKind
  readonly account: AccountRef
  readonly severity: Severity
  /** 0-100: how sure this finding alone is that the account is shared. */
  readonly confidence: number
  readonly at: number
  /** One sentence in plain English. */
  readonly summary: string
  readonly evidence: Evidence
}

/** Devices that belong together because they shared an internet connection. */
export interface Household {
  /** Stable within one assessment; 0 is the main household. */
  readonly index: number
  readonly isMain: boolean
  /** "the main household in Lyon (Orange)". */
  readonly label: string
  /** "Lyon (Orange)"; left out in assessments of before. */
  readonly place?: string
  readonly city: string | null
  readonly country: string | null
  /** Radius around the place within which it lies; left out in assessments of before. */
  readonly accuracyKm?: number | null
  readonly devices: readonly string[]
  readonly televisions: number
  readonly networks: readonly string[]
  readonly daysActive: number
  readonly hoursPlayed: number
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

/** Numbers and names an explanation stands on. */
export interface ReasonFacts {
  readonly count?: number
  readonly hours?: number
  readonly days?: number
  readonly percent?: number
  /** "Lyon (Orange S.A.)". */
  readonly place?: string
  readonly other?: string
}

/** One addend of the confidence: what it is, how many log-odds it adds and how many points that moved. */
export interface Contribution {
  readonly id: string
  readonly logOdds: number
  /** Points of confidence, in proportion to the log-odds; they add up to the confidence. */
  readonly points: number
  /** "+31: the television in Lyon and the one in Bordeaux played at the same time on 9 of 14 days". */
  readonly explanation: string
  /** Left out in assessments of before. */
  readonly facts?: ReasonFacts
}

/** How likely one account is shared, with the reasons. */
export interface Assessment {
  readonly account: AccountRef | null
  /** Number of plays; several rows of one playback count once. */
  readonly plays: number
  /** 0-100. */
  readonly confidence: number
  readonly flagged: boolean
  readonly findings: readonly Finding[]
  readonly households: readonly Household[]
  readonly contributions: readonly Contribution[]
}

/** What an operator marked as fine for one account; it is never held against the account. */
export interface Feedback {
  readonly networks?: readonly string[]
  /** Addresses, CIDRs or ranges that are the account's own home. */
  readonly homes?: readonly string[]
  readonly devices?: readonly string[]
  /** City names as the history shows them, compared without case. */
  readonly cities?: readonly string[]
  /** The whole account is fine. */
  readonly isAccountFine?: boolean
}
