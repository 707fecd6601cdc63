import type { FindingKind, ReasonFacts } from '../types.ts'
import type { HouseholdEvidence } from './evidence/evidence.ts'
import type { AccountFeatures, FeatureId } from './features.ts'
import { homePlaceText } from './household-text.ts'

type Facts = (s: HouseholdEvidence, a: AccountFeatures) => ReasonFacts

const found = (account: AccountFeatures, ...kinds: FindingKind[]): ReasonFacts => ({
  count: account.findings.filter(({ kind }) => kinds.includes(kind)).length,
})

const place = ({ home }: HouseholdEvidence): ReasonFacts => ({ place: homePlaceText(home) })

const HOME_FACTS = {
  other_home: place,
  television: (s: HouseholdEvidence) => ({ ...place(s), count: s.televisionDays }),
  hours: ({ hours, days }: HouseholdEvidence) => ({ hours: Math.round(hours), count: days }),
  devices: ({ home }: HouseholdEvidence) => ({ count: home.devices.size }),
  common_days: ({ commonDays }: HouseholdEvidence) => ({ count: commonDays }),
  overlap: (s: HouseholdEvidence) => ({
    ...place(s),
    other: homePlaceText(s.main),
    days: s.overlapDays,
    count: s.commonDays,
  }),
  mixing: ({ mixedDays }: HouseholdEvidence) => ({ count: mixedDays }),
  brief: ({ weeks }: HouseholdEvidence) => ({ count: weeks }),
  work_hours: ({ workHoursShare }: HouseholdEvidence) => ({
    percent: Math.round(100 * workHoursShare),
  }),
  short_history: ({ historyDays }: HouseholdEvidence) => ({ count: Math.round(historyDays) }),
  continued: ({ series }: HouseholdEvidence) => ({ count: series.continuedDays }),
  own_series: ({ series }: HouseholdEvidence) => ({
    count: series.followed,
    percent: Math.round(100 * (1 - series.sharedShare)),
  }),
  own_channels: ({ channels }: HouseholdEvidence) => ({
    percent: Math.round(100 * channels.difference),
  }),
  common_channels: ({ channels }: HouseholdEvidence) => ({
    percent: Math.round(100 * channels.likeness),
  }),
  more_homes: (_: HouseholdEvidence, { others }: AccountFeatures) => ({
    count: others.length,
    place: others.map((other) => homePlaceText(other.home)).join('; '),
  }),
} satisfies Partial<Record<FeatureId, Facts>>

const FACTS_BY_ID: ReadonlyMap<string, Facts> = new Map(Object.entries<Facts>(HOME_FACTS))

/** The numbers and names a feature of an account stands on, for whoever puts them into words of another language. */
export const factsOf = (id: string, account: AccountFeatures): ReasonFacts => {
  if (id === 'strangers') return found(account, 'leaked_copy')
  if (id === 'far_apart') return found(account, 'impossible_travel', 'simultaneous_places')
  const facts = FACTS_BY_ID.get(id)
  return account.strongest === null || facts === undefined ? {} : facts(account.strongest, account)
}
