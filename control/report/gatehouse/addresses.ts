import type { PlayRecord } from '#domain/types'
import type { GroupedPlace } from '../../sources/model/grouped-history.ts'
import type { AddressesOfUser, AddressUse } from '../compat/top-ips.ts'
import type { JudgedAccount } from './account.ts'

const secondsOf = (play: PlayRecord): number =>
  Math.floor((play.playedMs ?? Math.max(0, play.lastSeenAt - play.startedAt)) / 1000)

/** One account's addresses with plays, time and platforms. */
export const addressesOfAccount = (account: JudgedAccount): AddressesOfUser => {
  const uses = new Map<string, AddressUse>()
  for (const play of account.plays) {
    if (play.address === null) continue
    const ip = play.address
    const use = uses.get(ip) ?? { ip, plays: 0, seconds: 0, platforms: new Set<string>() }
    uses.set(ip, use)
    use.plays += 1
    use.seconds += secondsOf(play)
    use.platforms.add(play.platform ?? '?')
  }
  const all = [...uses.values()]
  return {
    user_id: account.user_id,
    name: account.name,
    uses: all,
    plays: all.reduce((sum, use) => sum + use.plays, 0),
    seconds: all.reduce((sum, use) => sum + use.seconds, 0),
  }
}

/** Places of the plays' addresses, from the plays. */
export const placesOfPlays = (plays: readonly PlayRecord[]): Map<string, GroupedPlace> => {
  const places = new Map<string, GroupedPlace>()
  for (const { address, isLan, city, region, country } of plays)
    if (address !== null) places.set(address, isLan ? { city: 'LAN' } : { city, region, country })
  return places
}
