import type { PlayRecord } from '#domain/types'
import { userAgentFamily } from '#domain/viewer/user-agent'
import type { Download } from '../../store/tables/records.ts'
import type { DemoDevice, DemoKind, DemoLine, DemoPerson } from './people.ts'
import { PLACES, placeFields } from './places.ts'
import { type Random, randomOf } from './random.ts'

/** How far back the demo's history reaches. */
export const DAYS = 60

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Plays of one day are made before this age; the last hours belong to those who really watch. */
const NEWEST_MS = 20 * MINUTE_MS

/** A sitting before a screen. */
interface Sitting {
  /** Unix milliseconds. */
  readonly at: number
  readonly minutes: number
  readonly line: DemoLine
  readonly device: DemoDevice
  readonly channel?: string
}

/** What a day adds: the day's start (UTC), how many days ago it was, and chance. */
interface Day {
  readonly start: number
  readonly ago: number
  readonly random: Random
}

/** When local clocks show `hour`; a place's time is taken from its longitude. */
const local = ({ start }: Day, { place }: DemoLine, hour: number): number =>
  start + (hour - Math.round(place.longitude / 15)) * HOUR_MS

const device = ({ devices }: DemoPerson, n: number): DemoDevice =>
  devices[n % devices.length] ?? devices[0]

const evening = (person: DemoPerson, day: Day): Sitting[] => {
  const { random } = day
  const isOut = random.next() < 0.35
  const count = isOut ? 0 : random.whole(1, 2)
  let at = local(day, person.home, 17 + random.next() * 3)
  return Array.from({ length: count }, (): Sitting => {
    const minutes = random.whole(8, 95)
    const sitting = {
      at,
      minutes,
      line: person.home,
      device: device(person, random.next() < 0.8 ? 0 : 1),
    }
    at += (minutes + random.whole(1, 15)) * MINUTE_MS
    return sitting
  })
}

/** The player of the person who shares the account. */
const sharer = (person: DemoPerson): DemoDevice => ({
  ...device(person, person.index),
  id: `demo-${person.index}-friend`,
})

/** Somebody elsewhere who watches at the same hours. */
const meanwhile = (person: DemoPerson, day: Day, every: number): Sitting[] => {
  if (day.ago % every !== person.index % every) return []
  const at = local(day, person.home, 18.5)
  return [
    { at, minutes: 75, line: person.home, device: device(person, 0) },
    { at: at + 10 * MINUTE_MS, minutes: 70, line: person.other, device: sharer(person) },
  ]
}

/** What each kind of account does beside its evenings. */
const EXTRA: Readonly<Record<DemoKind, (person: DemoPerson, day: Day) => readonly Sitting[]>> = {
  honest: () => [],
  second_household: (person, day) => {
    const at = local(day, person.other, 18.6 + day.random.next())
    return day.random.next() < 0.75
      ? [{ at, minutes: day.random.whole(40, 120), line: person.other, device: sharer(person) }]
      : []
  },
  travel: (person, day) => {
    if (day.ago % 9 !== person.index % 9 && day.ago !== 1) return []
    const at = local(day, person.home, 12)
    return [
      { at, minutes: 30, line: person.home, device: device(person, 1) },
      { at: at + 45 * MINUTE_MS, minutes: 25, line: person.other, device: device(person, 1) },
    ]
  },
  two_places: (person, day) => meanwhile(person, day, day.ago < 2 ? 1 : 6),
  leaked: (person, day) => {
    if (day.ago > 6) return []
    return PLACES.slice(0, 9).map((place, n): Sitting => {
      const stranger = { ...device(person, n), id: `demo-${person.index}-stranger-${n}` }
      const line = { place, host: 200 + (person.index % 40) }
      const at = local(day, line, 15 + day.random.next() * 4)
      return { at, minutes: day.random.whole(15, 60), line, device: stranger }
    })
  },
  restream: (person, day) => {
    if (day.ago > 12) return []
    return [0, 1, 2].flatMap((screen) =>
      Array.from({ length: 4 }, (_, part): Sitting => {
        const channel = person.channels[screen] ?? person.channels[0]
        const at = day.start + part * 6 * HOUR_MS + screen * MINUTE_MS
        return { at, minutes: 354, line: person.home, device: device(person, screen), channel }
      }),
    )
  },
  many_devices: (person, day) => {
    if (day.ago % 10 > 1) return []
    return person.devices.map((one, n): Sitting => {
      const at = local(day, person.home, 8 + n * 0.7)
      const line = { ...person.home, host: 10 + ((person.home.host + n) % 230) }
      return { at, minutes: 20, line, device: one }
    })
  },
  hosting: (person, day) => {
    if (day.random.next() > 0.5) return []
    const at = local(day, person.home, 13 + day.random.next())
    return [{ at, minutes: 50, line: person.other, device: device(person, 1) }]
  },
  crowded: (person, day) => {
    if (day.ago % 7 !== person.index % 7) return []
    const at = local(day, person.home, 20)
    return [0, 1, 2, 3].map((n): Sitting => {
      const line = { ...person.home, host: person.home.host + n }
      const one = { ...device(person, n), id: `demo-${person.index}-room-${n}` }
      return { at: at + n * MINUTE_MS, minutes: 80, line, device: one }
    })
  },
}

/** How many days ago the playlist was downloaded whose copies strangers use. */
const LEAKED_DAYS = 12

const copyOf = ({ kind, index }: DemoPerson, { ago }: Day): string | null =>
  kind === 'leaked' && ago <= LEAKED_DAYS ? `demo-copy-${String(index).padStart(6, '0')}` : null

const playOf = (person: DemoPerson, sitting: Sitting, id: string, random: Random): PlayRecord => {
  const { at, minutes, line, device: on } = sitting
  const startedAt = Math.round(at)
  const endedAt = startedAt + minutes * MINUTE_MS
  const favourites = on.id === sharer(person).id ? person.otherChannels : person.channels
  const favourite = Math.floor(random.next() ** 2 * favourites.length)
  return {
    id,
    source: 'edge:demo-history',
    account: `own:${person.id}`,
    accountName: person.name,
    group: person.group,
    ...placeFields(line.place, line.host),
    device: on.id,
    platform: on.platform,
    client: userAgentFamily(on.agent),
    agent: on.agent,
    door: 'hls',
    channel: sitting.channel ?? favourites[favourite] ?? person.channels[0],
    title: null,
    isLive: true,
    startedAt,
    lastSeenAt: endedAt,
    endedAt,
    playedMs: minutes * MINUTE_MS,
    bytes: minutes * 15_000_000,
    reason: random.next() < 0.02 ? 'cap.streams' : 'closed',
  }
}

/** A refused opening runs for no time. */
const refused = (play: PlayRecord): PlayRecord =>
  play.reason === 'closed'
    ? play
    : { ...play, endedAt: play.startedAt, lastSeenAt: play.startedAt, playedMs: 0, bytes: 0 }

/** The plays of one account over the last 60 days, the oldest first; those that would still run are left out. */
export const demoPlays = (person: DemoPerson, now: number): PlayRecord[] => {
  const random = randomOf(104_729 * (person.index + 1))
  const today = Math.floor(now / DAY_MS)
  const plays: PlayRecord[] = []
  for (let ago = DAYS; ago >= 0; ago--) {
    const day = { start: (today - ago) * DAY_MS, ago, random }
    const sittings = [...evening(person, day), ...EXTRA[person.kind](person, day)]
    const download = copyOf(person, day)
    for (const [n, sitting] of sittings.entries()) {
      const play = playOf(person, sitting, `${person.id}-${today - ago}-${n}`, random)
      plays.push(refused({ ...play, download }))
    }
  }
  return plays
    .filter(({ lastSeenAt }) => lastSeenAt < now - NEWEST_MS)
    .sort((a, b) => a.startedAt - b.startedAt)
}

/** The playlist that plays were opened by, as downloaded before the first of them; none where none is known. */
export const demoCopy = (plays: readonly PlayRecord[]): Download | null => {
  const first = plays.find(({ download }) => Boolean(download))
  if (!first?.download) return null
  return {
    id: first.download,
    account: first.account,
    group: first.group ?? '',
    wonBy: first.country === 'DE' ? 'country' : 'default',
    issuedAt: first.startedAt - MINUTE_MS,
    firstUsedAt: first.startedAt,
    firstNetwork: first.network,
    firstAddress: first.address,
    userAgent: first.agent ?? null,
    revokedAt: null,
  }
}
