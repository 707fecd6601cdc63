import type { PlayRecord } from '#domain/types'
import { createFinding } from '../finding.ts'
import type { Home } from '../household/homes/homes.ts'
import { type Judgement, judgeHouseholds } from '../household/household-judgement.ts'
import { describeHome } from '../household/household-text.ts'
import { isOneHousehold } from '../household/one-household.ts'
import type { Inspect, ParamsOf } from '../rules/rule-types.ts'
import type { Finding } from '../types.ts'
import { namedShortly, networksOf } from './cleared-by.ts'

const HOUR_MS = 3_600_000

/** The last play of each of a few devices, to show. */
const samples = (plays: readonly PlayRecord[]): PlayRecord[] => {
  const perDevice = new Map<string, PlayRecord>()
  for (const play of plays) perDevice.set(play.device ?? play.id, play)
  return [...perDevice.values()].slice(0, 6)
}

const days = (count: number): string => `${count} day${count === 1 ? '' : 's'}`

/** What would clear the account, besides time: guests, and an operator who says that the place is home. */
const clearedBy = (guestDays: number | null, networks: readonly string[]): string => {
  const [first] = networks
  const several = first === undefined ? 'its networks' : `its networks (${namedShortly(networks)})`
  const said = `feedback that ${networks.length === 1 ? `${first} is` : `${several} are`} home`
  return guestDays === null
    ? `Cleared by ${said}.`
    : `Cleared by devices of one home playing in the other on ${guestDays} more ${guestDays === 1 ? 'day' : 'days'}, or by ${said}.`
}

/** "Lyon (Orange S.A.) (± 25 km)". */
const placeOf = (home: Home): string => {
  const { place = '', accuracyKm = null } = describeHome(home, 1)
  return accuracyKm === null ? place : `${place} (± ${Math.round(accuracyKm)} km)`
}

/** The finding for a household judgement; `null` when it shows no second household. */
export const secondHouseholdFinding = (
  event: PlayRecord,
  { features: { strongest }, confidence, isLikely, guestDaysToClear }: Judgement,
  params: ParamsOf<'second_household'>,
): Finding | null => {
  if (strongest === null || !isLikely || strongest.days < params.min_days) return null
  if (strongest.overlapDays < params.min_overlap_days) return null
  const place = placeOf(strongest.home)
  const own = strongest.home.ownPlays.map((t) => t.play)
  const networks = networksOf(own)
  const sets = strongest.home.televisions.size
  const television =
    sets === 0 ? '' : `, with ${sets === 1 ? 'a television' : `${sets} televisions`} of its own`
  const { overlapDays, commonDays, mixedDays } = strongest
  const overlap =
    overlapDays === 0
      ? ''
      : `; both played at the same time on ${overlapDays} of ${days(commonDays)}`
  return createFinding(event, samples(own.filter((p) => p !== event)), {
    kind: 'second_household',
    severity: 'high',
    confidence,
    summary:
      `A second household in ${place} played on ${days(strongest.days)}${television}; ` +
      `devices of one home were guests of the other on ${days(mixedDays)}${overlap}. ${clearedBy(guestDaysToClear, networks)}`,
    evidence: {
      place,
      count: strongest.days,
      limit: params.min_days,
      televisions: sets,
      mixedDays,
      overlapDays,
      commonDays,
      overlapMs: strongest.overlapHours * HOUR_MS,
      ...(guestDaysToClear === null ? {} : { guestDays: guestDaysToClear }),
      ...(strongest.distanceKm === null ? {} : { distanceKm: strongest.distanceKm }),
      devices: [...strongest.home.devices].sort(),
      networks: networks.slice(0, 50),
    },
  })
}

/** A second household that uses the account regularly beside the main one. */
export const inspectSecondHousehold: Inspect<'second_household'> = (
  event,
  recent,
  params,
  popularity,
) => {
  const plays = [...recent, event]
  if (isOneHousehold(plays)) return null
  const judgement = judgeHouseholds(plays, { now: event.startedAt, popularity })
  return secondHouseholdFinding(event, judgement, params)
}
