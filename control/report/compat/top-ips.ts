import type { GroupedPlace, GroupedRow } from '../../sources/model/grouped-history.ts'
import {
  byCodePoint,
  duration,
  fixed,
  isTruthy,
  left,
  printed,
  right,
  safe,
} from '../common/python-text.ts'
import { field, playedSeconds } from './analysis/row.ts'
import { labelled, placeLabel } from './geo.ts'
import { footer, heading } from './text.ts'

/** Plays, time and platforms of an address. */
export interface AddressUse {
  readonly ip: string
  plays: number
  seconds: number
  readonly platforms: Set<string>
}

/** A user's addresses, in the order of history. */
export interface AddressesOfUser {
  readonly user_id: unknown
  readonly name: string
  readonly uses: readonly AddressUse[]
  readonly plays: number
  readonly seconds: number
}

/** Counts plays, time and platforms by address; rows without one are left out. */
export const countAddresses = (history: readonly GroupedRow[]): AddressUse[] => {
  const uses = new Map<string, AddressUse>()
  for (const row of history) {
    if (!isTruthy(row.ip_address)) continue
    const ip = String(row.ip_address)
    const use = uses.get(ip) ?? { ip, plays: 0, seconds: 0, platforms: new Set<string>() }
    uses.set(ip, use)
    use.plays += 1
    use.seconds += playedSeconds(row)
    use.platforms.add(printed(field(row, 'platform', '?')))
  }
  return [...uses.values()]
}

const percentOf = (use: AddressUse, total: number): number =>
  total === 0 ? 0 : (use.seconds / total) * 100

const platformsOf = (use: AddressUse): string[] => [...use.platforms].toSorted(byCodePoint)

type Places = ReadonlyMap<string, GroupedPlace> | null

const useLine = (use: AddressUse, total: number, places: Places): string => {
  const percent = `${right(fixed(percentOf(use, total), 0), 4)}%`
  const counts = `${right(String(use.plays), 6)} ${right(duration(use.seconds), 11)} ${percent}`
  const address = left(safe(labelled(use.ip, places)), 22)
  return `    ${address} ${counts}  ${safe(platformsOf(use).join(', '))}`
}

const userSection = (user: AddressesOfUser, places: Places): string[] => {
  const uses = user.uses.toSorted((a, b) => b.seconds - a.seconds)
  return [
    `  ${safe(user.name)}  (user_id: ${printed(user.user_id)})`,
    `  Total: ${user.plays} plays, ${duration(user.seconds)} watch time, ${uses.length} unique IP(s)`,
    '',
    `    ${left('IP', 22)} ${right('Plays', 6)} ${right('Watch Time', 11)} ${right('Pct', 5)}  Devices`,
    `    ${[22, 6, 11, 5].map((size) => '-'.repeat(size)).join(' ')}  ${'-'.repeat(30)}`,
    ...uses.map((use) => useLine(use, user.seconds, places)),
    ...footer(),
  ]
}

/** The report's lines: users by time watched, each with addresses by time watched. */
export const addressReport = (users: readonly AddressesOfUser[], places: Places): string[] => [
  ...heading(`IP USAGE BY USER  —  ${users.length} user(s)`),
  ...users.toSorted((a, b) => b.seconds - a.seconds).flatMap((user) => userSection(user, places)),
]

/** The same as JSON. */
export const addressesJson = (user: AddressesOfUser, places: Places) => ({
  user_id: user.user_id,
  name: user.name,
  total_plays: user.plays,
  total_duration_sec: user.seconds,
  ips: user.uses.map((use) => {
    const geo = places?.get(use.ip)
    return {
      ip: use.ip,
      location: geo ? placeLabel(geo) : null,
      plays: use.plays,
      duration_sec: use.seconds,
      percent: percentOf(use, user.seconds),
      platforms: platformsOf(use),
    }
  }),
})
