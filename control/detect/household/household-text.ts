import { coveredMs } from '#domain/interval'
import type { PlayRecord } from '#domain/types'
import { mostCommonOf } from '../devices/most-common.ts'
import type { EnrichedPlay } from '../enriched-play.ts'
import type { FindingKind, Household } from '../types.ts'
import type { HouseholdEvidence } from './evidence/evidence.ts'
import type { AccountFeatures, FeatureId } from './features.ts'
import type { Home } from './homes/homes.ts'

const HOUR_MS = 3_600_000

const knownTexts = new WeakMap<Home, string>()

/** Place and provider of a home from its own plays: "Lyon (Orange S.A.)". */
export const homePlaceText = (home: Home): string => {
  const known = knownTexts.get(home)
  if (known !== undefined) return known
  const text = placeTextOf(home)
  knownTexts.set(home, text)
  return text
}

type NamedPlace = Pick<PlayRecord, 'city' | 'region' | 'country' | 'asnOrg'>

const knownPlaces = new WeakMap<Home, NamedPlace>()

/** Texts of the places of plays; those one after the other are mostly of one place, whose text is made once. */
const placeKeysOf = (plays: readonly EnrichedPlay[]): (string | null)[] => {
  let last: EnrichedPlay['play'] | undefined
  let key: string | null = null
  return plays.map(({ play }) => {
    const { city, region, country } = play
    if (last?.city !== city || last.region !== region || last.country !== country)
      key =
        city === null && region === null && country === null
          ? null
          : `${city}\n${region}\n${country}`
    last = play
    return key
  })
}

/** The place most of a home's plays are in, of those whose city is known if there are any, and the provider most have there. */
const placeOf = (home: Home): NamedPlace => {
  const before = knownPlaces.get(home)
  if (before !== undefined) return before
  const { ownPlays } = home
  const keys = placeKeysOf(ownPlays)
  const inCities = keys.filter((_, i) => ownPlays[i]?.play.city !== null)
  const key = mostCommonOf(inCities, (one) => one) ?? mostCommonOf(keys, (one) => one)
  const there = ownPlays.filter((_, i) => keys[i] === key)
  const first = there[0]?.play
  const place = {
    city: first?.city ?? null,
    region: first?.region ?? null,
    country: first?.country ?? null,
    asnOrg: mostCommonOf(there, ({ play }) => play.asnOrg),
  }
  knownPlaces.set(home, place)
  return place
}

const placeTextOf = (home: Home): string => {
  const { city: town, region, country, asnOrg: operator } = placeOf(home)
  const city = town ?? region
  const { ownPlays } = home
  const isLan = ownPlays.some(({ play }) => play.isLan)
  const where = city ?? country ?? (isLan ? "the server's own home" : null)
  if (where === null) return operator ?? 'an unknown place'
  return operator === null ? where : `${where} (${operator})`
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`

const bothOnTelevision = ({ home, main }: HouseholdEvidence): boolean =>
  home.televisions.size > 0 && main.televisions.size > 0

const overlapSentence = (s: HouseholdEvidence): string => {
  const who = bothOnTelevision(s) ? 'the television' : 'a device'
  const there = `${who} in ${homePlaceText(s.home)} and ${bothOnTelevision(s) ? 'the one' : 'one'} in ${homePlaceText(s.main)}`
  return `${there} played at the same time on ${s.overlapDays} of ${counted(s.commonDays, 'day')}`
}

type FindingFeature = 'strangers' | 'restreaming' | 'far_apart'

type HomeSentences = Readonly<
  Record<Exclude<FeatureId, FindingFeature>, (s: HouseholdEvidence, a: AccountFeatures) => string>
>

const HOME_SENTENCES: HomeSentences = {
  other_home: (s) =>
    `devices that live apart from the main home were seen in ${homePlaceText(s.home)}`,
  television: (s) =>
    `a television of its own played in ${homePlaceText(s.home)} on ${counted(s.televisionDays, 'day')}`,
  hours: (s) =>
    `${counted(Math.round(s.hours), 'hour was', 'hours were')} watched there on ${counted(s.days, 'day')}`,
  devices: (s) => `${counted(s.home.devices.size, 'device belongs', 'devices belong')} there`,
  no_television: () => 'no television of its own played there',
  common_days: (s) => `both homes played on ${counted(s.commonDays, 'day')}`,
  overlap: overlapSentence,
  abroad: () => 'the two homes are in different countries',
  mixing: (s) => `devices of one home were guests of the other on ${counted(s.mixedDays, 'day')}`,
  turns: () => 'the main home was silent when it played, as where one household comes and goes',
  brief: (s) => `it played in only ${counted(s.weeks, 'week')}, as on a visit`,
  passing: () => 'no line there was come back to on three days',
  work_hours: (s) =>
    `${Math.round(100 * s.workHoursShare)} % of the plays there, by no television, were in working hours, as in an office`,
  short_history: (s) =>
    `only ${counted(Math.round(s.historyDays), 'day')} of history, too few to tell a visit from a home`,
  continued: ({ series }) =>
    `one home went on with a series of the other on ${counted(series.continuedDays, 'day')}, as whoever moves between them does`,
  own_series: ({ series }) =>
    `${counted(series.followed, 'series was', 'series were')} followed there, and ${Math.round(100 * (1 - series.sharedShare))} % of the episodes were of none that the main home watched`,
  no_series: () =>
    'too few episodes were watched to tell whether both homes follow the same series',
  own_channels: ({ channels }) =>
    `the channels watched there and in the main home differ by ${Math.round(100 * channels.difference)} %, as those of two households do`,
  common_channels: ({ channels }) =>
    `the channels watched there and in the main home are alike by ${Math.round(100 * channels.likeness)} %, as one household has its favourites`,
  own_portables: () =>
    'no phone or tablet plays in the main home, so those seen there may be its own',
  more_homes: (_, a) =>
    `${counted(a.others.length, 'more home')} beside these two: ${a.others.map((o) => homePlaceText(o.home)).join('; ')}`,
}

const found = (account: AccountFeatures, ...kinds: FindingKind[]): number =>
  account.findings.filter((f) => kinds.includes(f.kind)).length

const FINDING_SENTENCES: Readonly<Record<FindingFeature, (a: AccountFeatures) => string>> = {
  strangers: (a) =>
    `${counted(found(a, 'leaked_copy'), 'burst')} of devices never seen before, on networks never seen before`,
  restreaming: () => 'something played round the clock, as restreamers do',
  far_apart: (a) =>
    `${counted(found(a, 'impossible_travel', 'simultaneous_places'), 'finding')} of plays too far apart for one person`,
}

const isFindingFeature = (id: FeatureId): id is FindingFeature => id in FINDING_SENTENCES

/** A feature of an account as a sentence. */
export const explainFeature = (id: FeatureId, account: AccountFeatures): string => {
  if (isFindingFeature(id)) return FINDING_SENTENCES[id](account)
  return account.strongest === null ? id : HOME_SENTENCES[id](account.strongest, account)
}

/** The radius most of its plays in the city have. */
const radiusIn = ({ ownPlays }: Home, city: string | null): number | null => {
  const km = mostCommonOf(ownPlays, ({ play }) =>
    play.isLan || play.city !== city || play.accuracyKm === null ? null : `${play.accuracyKm}`,
  )
  return km === null ? null : Number(km)
}

/** A home in the form that reports and the API return. */
export const describeHome = (home: Home, index: number): Household => {
  const { ownPlays } = home
  const place = homePlaceText(home)
  const { city, country } = placeOf(home)
  const networks = new Set<string>()
  const days = new Set<number>()
  let [first, last] = [Number.POSITIVE_INFINITY, 0]
  for (const { line, day, start } of ownPlays) {
    if (line !== null) networks.add(line)
    days.add(day)
    first = Math.min(first, start)
    last = Math.max(last, start)
  }
  return {
    index,
    isMain: index === 0,
    label: `${index === 0 ? 'the main household' : 'a household'} in ${place}`,
    place,
    city,
    accuracyKm: radiusIn(home, city),
    country,
    devices: [...home.devices].sort(),
    televisions: home.televisions.size,
    networks: [...networks].sort(),
    daysActive: days.size,
    hoursPlayed: coveredMs(ownPlays) / HOUR_MS,
    firstSeenAt: ownPlays.length === 0 ? 0 : first,
    lastSeenAt: last,
  }
}
