import type { PlayRecord } from '#domain/types'
import { type QuirkAccount, type Site, siteOf } from './account.ts'
import { atFourth, atPrivate, atSixth, delegationOf, poolOf } from './address.ts'
import { between } from './random.ts'

const DAY_MS = 86_400_000

/** Plays of an account after a quirk. */
export type Quirk = (account: QuirkAccount) => readonly PlayRecord[]

const atHome = (account: QuirkAccount, play: PlayRecord): boolean => {
  const name = account.placeOf(play)
  return name !== null && !play.isLan && name === account.homeOf(play.device)
}

const devicesAt = (account: QuirkAccount, home: string): string[] => [
  ...new Set(
    account.plays.flatMap(({ device }) =>
      device !== null && account.homeOf(device) === home ? [device] : [],
    ),
  ),
]

const homesOf = (account: QuirkAccount): string[] => [
  ...new Set(
    account.plays.flatMap((play) => (atHome(account, play) ? (account.placeOf(play) ?? []) : [])),
  ),
]

const beside = ({ latitude, longitude, ...site }: Site, km: number): Site => ({
  ...site,
  city: `beside ${site.city ?? ''}`,
  latitude: latitude === null ? null : latitude + km / 111,
  longitude,
})

const isSixth = ({ network }: PlayRecord): boolean => network?.includes(':') ?? false

/** The play nearest in time. */
const nearestTo = (play: PlayRecord, plays: readonly PlayRecord[]): PlayRecord | undefined => {
  const gap = (other: PlayRecord): number => Math.abs(other.startedAt - play.startedAt)
  return plays.reduce<PlayRecord | undefined>(
    (best, one) => (best === undefined || gap(one) < gap(best) ? one : best),
    undefined,
  )
}

/** In each home some devices speak only IPv6 and the others only IPv4; three homes of ten are located elsewhere by IPv6. */
export const dualStack: Quirk = (account) => {
  const { random, plays } = account
  const plans = new Map(
    homesOf(account).map((home) => {
      const devices = devicesAt(account, home)
      const sixth = new Set(devices.filter((_, i) => i % 2 === 0))
      const there = plays.filter((play) => account.placeOf(play) === home && !play.isLan)
      const fourth = there.filter((play) => !isSixth(play))
      const km = random.next() < 0.3 ? between(random, 20, 150) : 0
      const delegation = delegationOf(random, there[0]?.asn ?? null)
      return [home, { sixth, delegation, km, fourth, of: devices.length }] as const
    }),
  )
  return plays.map((play) => {
    const plan = plans.get(account.placeOf(play) ?? '')
    if (!plan || plan.of < 2 || !atHome(account, play)) return play
    if (!plan.sixth.has(play.device ?? '')) {
      const line = isSixth(play) ? nearestTo(play, plan.fourth) : undefined
      return line?.address ? atFourth(play, siteOf(line), line.address) : play
    }
    const at = plan.km === 0 ? play : { ...play, ...beside(siteOf(play), plan.km) }
    return atSixth(at, plan.delegation, [0, 'a'])
  })
}

/** Each device of a home has a network of its own, all of one delegated prefix. */
export const vlans: Quirk = (account) => {
  const { random, plays } = account
  const plans = new Map(
    homesOf(account).map((home) => {
      const asn = plays.find((play) => account.placeOf(play) === home)?.asn ?? null
      return [
        home,
        { delegation: delegationOf(random, asn), devices: devicesAt(account, home) },
      ] as const
    }),
  )
  return plays.map((play) => {
    const plan = plans.get(account.placeOf(play) ?? '')
    if (!plan || !atHome(account, play)) return play
    return atSixth(play, plan.delegation, [plan.devices.indexOf(play.device ?? ''), 'a'])
  })
}

/** The server stands in the main home: half of its devices are seen by their LAN address, half by the public one. */
export const lanAndPublic: Quirk = (account) => {
  const { main, plays } = account
  if (main === null || plays.some((play) => play.isLan)) return plays
  const local = new Set(devicesAt(account, main).filter((_, i) => i % 2 === 0))
  if (devicesAt(account, main).length < 2) return plays
  return plays.map((play) =>
    local.has(play.device ?? '') && account.placeOf(play) === main
      ? atPrivate(play, '192.168.1.20', true)
      : play,
  )
}

/** Some plays of the main home come through the server's relay. */
export const relayed: Quirk = ({ main, plays, random, placeOf }) =>
  plays.map((play) =>
    placeOf(play) === main && random.next() < 0.3 ? atPrivate(play, '127.0.0.1', false) : play,
  )

const hourOf = (play: PlayRecord): number => {
  const hours = play.startedAt / 3_600_000 + Math.round((play.longitude ?? 0) / 15)
  return ((hours % 24) + 24) % 24
}

const isWorkTime = (play: PlayRecord): boolean => {
  const hour = hourOf(play)
  const weekday = (Math.floor(play.startedAt / DAY_MS) + 4) % 7
  return hour >= 8 && hour < 18 && weekday >= 1 && weekday <= 5
}

const PROXIES = ['Zscaler, Inc.', 'Netskope Inc', 'Cloudflare, Inc.'] as const

/** Plays in working hours away from home come out of a security proxy in another city. */
export const officeProxy: Quirk = (account) => {
  const { plays, random, sites, main } = account
  const country = plays.find((play) => account.placeOf(play) === main)?.country ?? ''
  const [first] = plays
  if (first === undefined) return plays
  const city = random.pick(sites.get(country) ?? [siteOf(first)])
  const exit = { ...city, asn: 4_200_000_000 + random.below(1000), asnOrg: random.pick(PROXIES) }
  const pools = [poolOf(random), poolOf(random)]
  return plays.map((play) => {
    const isOut = !atHome(account, play) && account.placeOf(play) !== null && !play.isLan
    if (!isOut || account.kindOf(play.device) === 'television' || !isWorkTime(play)) return play
    return atFourth(play, exit, `${random.pick(pools)}.${between(random, 1, 254)}`)
  })
}

/** The main home has mobile internet: a new address of the carrier's pools at each connection, out of two hubs. */
export const mobileHome: Quirk = (account) => {
  const { plays, random, sites, main } = account
  const isMain = (play: PlayRecord): boolean => !play.isLan && account.placeOf(play) === main
  const first = plays.find(isMain)
  if (main === null || first === undefined) return plays
  const carrier = { asn: 4_200_100_000 + random.below(1000), asnOrg: 'Mobile Carrier' }
  const far = random.pick(sites.get(first.country ?? '') ?? [siteOf(first)])
  const hubs = [
    { site: { ...siteOf(first), ...carrier }, pools: [poolOf(random), poolOf(random)] },
    { site: { ...far, ...carrier }, pools: [poolOf(random), poolOf(random)] },
  ]
  const leases = new Map<number, { site: Site; address: string }>()
  return plays.map((play) => {
    if (!isMain(play)) return play
    const lease = Math.floor(play.startedAt / (DAY_MS / 4))
    const hub = random.next() < 0.8 ? hubs[0] : hubs[1]
    if (hub === undefined) return play
    const at = leases.get(lease) ?? {
      site: hub.site,
      address: `${random.pick(hub.pools)}.${between(random, 1, 254)}`,
    }
    leases.set(lease, at)
    return atFourth(play, at.site, at.address)
  })
}

/** The household moves once, to another city or street, and buys a new set. */
export const moved: Quirk = ({ plays, random, sites, main, kindOf, homeOf, placeOf }) => {
  const [first, last] = [plays[0], plays.at(-1)]
  const isThere = (play: PlayRecord): boolean => placeOf(play) === main
  const old = plays.find((play) => isThere(play) && !play.isLan)
  if (!first || !last || !old) return plays
  const share = 0.25 + random.next() / 2
  const at = first.startedAt + share * (last.startedAt - first.startedAt)
  const site = random.pick(sites.get(old.country ?? '') ?? [siteOf(old)])
  const address = `${poolOf(random)}.${between(random, 1, 254)}`
  return plays.map((play) => {
    if (play.startedAt < at) return play
    const isSet = kindOf(play.device) === 'television' && homeOf(play.device) === main
    const set = isSet ? { ...play, device: `${play.device} new`, player: 'new set' } : play
    return isThere(play) && !play.isLan ? atFourth(set, site, address) : set
  })
}

/** A device that goes out is never used at home, where others are. */
export const awayOnly: Quirk = (account) => {
  const { plays } = account
  const outside = new Set(
    plays.flatMap((play) => {
      const name = account.placeOf(play)
      const isOut = name !== null && !play.isLan && name !== account.homeOf(play.device)
      return isOut && account.kindOf(play.device) !== 'television' ? [play.device] : []
    }),
  )
  const remains = new Map<string | null, number>()
  for (const play of plays) {
    if (outside.has(play.device)) continue
    const name = account.placeOf(play)
    remains.set(name, (remains.get(name) ?? 0) + 1)
  }
  return plays.filter((play) => {
    const name = account.placeOf(play)
    const isLeft = outside.has(play.device) && name === account.homeOf(play.device)
    return !isLeft || (remains.get(name) ?? 0) < 8
  })
}

/** Music in working hours, by a computer at an office that plays nothing else. */
export const musicAtWork: Quirk = ({ plays, random, main, placeOf }) => {
  const home = plays.find((play) => placeOf(play) === main && play.latitude !== null)
  if (home === undefined) return plays
  const office: Site = {
    ...siteOf(home),
    asn: 4_200_200_000 + random.below(1000),
    asnOrg: 'Office Lines',
  }
  const address = `${poolOf(random)}.${between(random, 1, 254)}`
  const days = [...new Set(plays.map((play) => Math.floor(play.startedAt / DAY_MS)))]
  const tracks = days.flatMap((day): PlayRecord[] => {
    const weekday = (day + 4) % 7
    if (weekday === 0 || weekday === 6 || random.next() < 0.4) return []
    const zone = Math.round((home.longitude ?? 0) / 15)
    const start = day * DAY_MS + (between(random, 9, 15) - zone) * 3_600_000
    const length = between(random, 180, 300) * 1000
    return Array.from({ length: between(random, 4, 12) }, (_, i) => {
      const at = start + i * (length + 2000)
      return {
        ...atFourth(home, office, address),
        id: `track ${day} ${i}`,
        device: 'work computer',
        platform: 'Windows',
        client: 'Plexamp',
        player: 'WORK-PC',
        agent: null,
        title: `Artist ${between(random, 1, 40)} - Track ${between(random, 1, 12)}`,
        isLive: false,
        isMusic: true,
        channel: null,
        startedAt: at,
        lastSeenAt: at + length,
        endedAt: at + length,
        playedMs: length,
      }
    })
  })
  return [...plays, ...tracks]
}
