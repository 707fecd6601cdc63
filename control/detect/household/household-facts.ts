import type { FindingKind, ReasonFacts } from '../types.ts'
import type { HouseholdEvidence } from './evidence/evidence.ts'
import type { AccountFeatures, FeatureId } from './features.ts'
import { homePlaceText } from './household-text.ts'

type Facts = (s: HouseholdEvidence, a: AccountFeatures) => ReasonFacts

const found = (account: AccountFeatures, ...kinds: FindingKind[]): ReasonFacts => ({
  count: account.findings.filter(({ kind }) => kinds.includes(kind)).length,
})

const place = ({ home }: HouseholdEvidence): ReasonFacts => ({ place: homePlaceText(home) })

const HOME_FACTS: Readonly<Partial<Record<FeatureId, Facts>>> = {
  other_home: place,
  television: (s) => ({ ...place(s), count: s.televisionDays }),
  hours: ({ hours, days }) => ({ hours: Math.round(hours), count: days }),
  devices: ({ home }) => ({ count: home.devices.size }),
  common_days: ({ commonDays }) => ({ count: commonDays }),
  overlap: (s) => ({
    ...place(s),
    other: homePlaceText(s.main),
    days: s.overlapDays,
    count: s.commonDays,
  }),
  mixing: ({ mixedDays }) => ({ count: mixedDays }),
  brief: ({ weeks }) => ({ count: weeks }),
  work_hours: ({ workHoursShare }) => ({ percent: Math.round(100 * workHoursShare) }),
  short_history: ({ historyDays }) => ({ count: Math.round(historyDays) }),
  continued: ({ series }) => ({ count: series.continuedDays }),
  own_series: ({ series }) => ({
    count: series.followed,
    percent: Math.round(100 * (1 - series.sharedShare)),
  }),
  more_homes: (_, { others }) => ({
    count: others.length,
    place: others.map((other) => homePlaceText(other.home)).join('; '),
  }),
}

/** The numbers and names a feature of an account stands on, for whoever puts them into words of another language. */
export const factsOf = (id: string, account: AccountFeatures): ReasonFacts => {
  if (id === 'strangers') return found(account, 'leaked_copy')
  if (id === 'far_apart') return found(account, 'impossible_travel', 'simultaneous_places')
  if (account.strongest === null || !(id in HOME_FACTS)) return {}
  return HOME_FACTS[id as FeatureId]?.(account.strongest, account) ?? {}
}
