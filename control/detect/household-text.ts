import { coveredMs } from '#domain/interval'
import { mostCommon } from './evidence.ts'
import type { AccountFeatures, FeatureId } from './features.ts'
import type { Home } from './homes.ts'
import type { Household } from './types.ts'

const HOUR_MS = 3_600_000

/** Where a home is, as far as its own plays tell: "Lyon (Orange S.A.)". */
export const placeOf = (home: Home): string => {
  const plays = home.own.map((t) => t.play)
  const city = mostCommon(plays.map((p) => p.city)) ?? mostCommon(plays.map((p) => p.region))
  const country = mostCommon(plays.map((p) => p.country))
  const operator = mostCommon(plays.map((p) => p.asnOrg))
  const where = city ?? country ?? (plays.some((p) => p.isLan) ? "the server's own home" : null)
  if (where === null) return operator ?? 'an unknown place'
  return operator === null ? where : `${where} (${operator})`
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

const SENTENCES: Readonly<Record<FeatureId, (account: AccountFeatures) => string>> = {
  television: (a) =>
    `a television of its own played in ${place(a)} on ${counted(a.strongest?.televisionDays ?? 0, 'day')}`,
  presence: (a) =>
    `devices that belong to another home played in ${place(a)} on ${counted(a.strongest?.days ?? 0, 'day')}`,
  overlap: (a) =>
    `that home and the main one played at the same time on ${a.strongest?.overlapDays ?? 0} of ${counted(a.strongest?.commonDays ?? 0, 'day')}`,
  mixing: (a) =>
    `devices of one home were guests of the other on ${counted(a.strongest?.mixedDays ?? 0, 'day')}`,
  abroad: () => 'the two homes are in different countries',
  roaming: (a) =>
    `${Math.round(100 * (a.strongest?.roamingShare ?? 0))} % of its plays came over lines used only once or twice, as phones on the move do`,
  hours: (a) => `${Math.round(a.strongest?.hours ?? 0)} hours were watched there`,
  more_homes: (a) => `${counted(a.others.length, 'more home')} beside these two`,
}

const place = (account: AccountFeatures): string =>
  account.strongest ? placeOf(account.strongest.home) : 'an unknown place'

/** What a feature means for an account, in words. */
export const explainFeature = (id: FeatureId, account: AccountFeatures): string =>
  SENTENCES[id](account)

/** A home as reports and the API show it. */
export const describeHome = (home: Home, index: number): Household => {
  const own = home.own
  const plays = own.map((t) => t.play)
  const starts = own.map((t) => t.start).sort((a, b) => a - b)
  const networks = new Set(own.flatMap((t) => (t.line === null ? [] : [t.line])))
  return {
    index,
    isMain: index === 0,
    label: `${index === 0 ? 'the main household' : 'a household'} in ${placeOf(home)}`,
    city: mostCommon(plays.map((p) => p.city)),
    country: mostCommon(plays.map((p) => p.country)),
    devices: [...home.devices].sort(),
    televisions: home.televisions.size,
    networks: [...networks].sort(),
    daysActive: new Set(own.map((t) => t.day)).size,
    hoursPlayed: coveredMs(own.map((t) => ({ start: t.start, end: t.end }))) / HOUR_MS,
    firstSeenAt: starts[0] ?? 0,
    lastSeenAt: starts.at(-1) ?? 0,
  }
}
