import { haversineKm } from '#domain/geo'
import { groupBy } from '#domain/group-by'
import { once } from '#domain/memoize'
import type { Coordinates } from '#domain/types'
import type { EnrichedPlay } from '../../enriched-play.ts'
import { isPublicText, isSixth } from '../../network-class.ts'

/** Plays of a group over one provider's lines in one country. */
interface Part {
  readonly provider: number | string | null
  readonly country: string | null
  readonly families: Readonly<Record<4 | 6, number>>
  readonly days: ReadonlySet<number>
  readonly at: Coordinates | null
}

/** Figures of a group of devices about its home. */
export interface Dwelling {
  /** Whether it plays mostly on the LAN, and no television of the group shows the house's public line. */
  readonly isLan: boolean
  /** Whether it plays mostly through VPNs and relays. */
  readonly isHidden: boolean
  /** Whether it plays over IPv6. */
  readonly isSixth: boolean
  /** Computed at the first call. */
  readonly parts: () => readonly Part[]
  readonly days: ReadonlySet<number>
  readonly first: number
  readonly last: number
  /** Different public lines on a day with any, on average. */
  readonly linesADay: number
  /** Where the lines of whatever provider are located that are come back to, or all where none is; computed at the first call. */
  readonly places: () => readonly Coordinates[]
  /** The blocks of its public lines, computed when they are asked for. */
  readonly blocks: () => ReadonlySet<string>
}

/** Databases locate the IPv6 and the IPv4 of one line this far apart, radii left out. */
const TWIN_KM = 200

const NEAR_KM = 100

/** Places by how often they were seen, in the order they were first seen. */
class PlaceCounts {
  private readonly byLatitude = new Map<number, { at: Coordinates; count: number }[]>()
  private readonly all: { at: Coordinates; count: number }[] = []

  add(at: Coordinates): void {
    let row = this.byLatitude.get(at.latitude)
    if (row === undefined) this.byLatitude.set(at.latitude, (row = []))
    const known = row.find((place) => place.at.longitude === at.longitude)
    if (known !== undefined) {
      known.count += 1
      return
    }
    const place = { at, count: 1 }
    row.push(place)
    this.all.push(place)
  }

  /** The most common one, of equal ones the first; `null` where there is none. */
  most(): Coordinates | null {
    let best: { at: Coordinates; count: number } | null = null
    for (const place of this.all) if (best === null || place.count > best.count) best = place
    return best?.at ?? null
  }
}

const centreOf = (plays: readonly EnrichedPlay[]): Coordinates | null => {
  const counts = new PlaceCounts()
  for (const { coordinates } of plays) if (coordinates !== null) counts.add(coordinates)
  return counts.most()
}

/** The /16 (IPv4) or /32 (IPv6) of a public line. */
const blockOf = (line: string): string =>
  isSixth(line) ? line.split(':').slice(0, 2).join(':') : line.split('.').slice(0, 2).join('.')

const partOf = ({ play }: EnrichedPlay): string =>
  `${play.asn ?? play.asnOrg ?? ''} ${play.country ?? ''}`

const daysIn = (plays: readonly EnrichedPlay[]): Set<number> => {
  const days = new Set<number>()
  for (const { day } of plays) days.add(day)
  return days
}

// Days on which a line must be used before it says what a home's lines are like.
const SETTLED_DAYS = 3

/** The plays on lines that are come back to, or all where none is. */
const onSettledLines = (plays: readonly EnrichedPlay[]): readonly EnrichedPlay[] => {
  const days = new Map<string | null, Set<number>>()
  for (const { line, day } of plays) days.set(line, (days.get(line) ?? new Set()).add(day))
  const settled = plays.filter(({ line }) => (days.get(line)?.size ?? 0) >= SETTLED_DAYS)
  return settled.length > 0 ? settled : plays
}

const placesOf = (open: readonly EnrichedPlay[]): Coordinates[] => {
  const places = new Map<string, Coordinates>()
  for (const { coordinates } of onSettledLines(open))
    if (coordinates !== null)
      places.set(`${coordinates.latitude} ${coordinates.longitude}`, coordinates)
  return [...places.values()]
}

const partsOf = (open: readonly EnrichedPlay[]): Part[] => {
  const lists = groupBy(open, partOf)
  return [...lists.values()].flatMap((plays): Part[] => {
    const [first] = plays
    if (first === undefined) return []
    const families = { 4: 0, 6: 0 }
    for (const { family, start, end } of onSettledLines(plays))
      if (family !== null) families[family] += end - start
    const { asn, asnOrg, country } = first.play
    return [
      {
        provider: asn ?? asnOrg,
        country,
        families,
        days: daysIn(plays),
        at: centreOf(plays),
      },
    ]
  })
}

/** Days on lines of one kind taken together, and the most days on any other. */
const daysOn = (
  own: readonly EnrichedPlay[],
  isThere: (play: EnrichedPlay) => boolean,
): { readonly there: number; readonly elsewhere: number } => {
  const there = new Set<number>()
  const others = new Map<string, Set<number>>()
  for (const play of own) {
    if (isThere(play)) there.add(play.day)
    else if (play.line !== null)
      others.set(play.line, (others.get(play.line) ?? new Set<number>()).add(play.day))
  }
  const elsewhere = [...others.values()].reduce((most, { size }) => Math.max(most, size), 0)
  return { there: there.size, elsewhere }
}

/** Whether no line was used on more days than the LAN. */
const isMostlyLan = (own: readonly EnrichedPlay[]): boolean => {
  if (!own.some(({ play }) => play.isLan)) return false
  const { there, elsewhere } = daysOn(own, ({ play, line }) => play.isLan && line !== null)
  return there > 0 && elsewhere <= there
}

const isUntold = ({ isHosting, line }: EnrichedPlay): boolean => isHosting || line === null

/** Whether most days were through VPNs and relays, and no other line was come back to. */
const isMostlyHidden = (own: readonly EnrichedPlay[]): boolean => {
  if (!own.some(isUntold)) return false
  const { there, elsewhere } = daysOn(own, isUntold)
  return 2 * there > daysIn(own).size && elsewhere < SETTLED_DAYS
}

const TOLD_DAYS = 3

/** Whether a LAN play has a public address. */
const tellsAddress = ({ play }: EnrichedPlay): boolean =>
  play.isLan && play.address !== null && isPublicText(play.address)

/**
 * Whether the LAN's public line is known, from a play's public address or from a television on
 * the LAN.
 */
const hasToldLine = (own: readonly EnrichedPlay[]): boolean => {
  const sets = own.filter((p) => p.kind === 'television')
  const atLan = new Set(sets.filter((p) => p.play.isLan).map((p) => p.device))
  if (own.some(tellsAddress)) return true
  const told = new Map<string, Set<number>>()
  for (const { device, family, day, isHosting } of sets) {
    if (family === null || isHosting || !atLan.has(device)) continue
    told.set(device, (told.get(device) ?? new Set<number>()).add(day))
  }
  return [...told.values()].some((days) => days.size >= TOLD_DAYS)
}

/** Sums up plays of a group's own devices at its own lines. */
export const dwellingOf = (own: readonly EnrichedPlay[]): Dwelling => {
  const open = own.filter((p) => p.family !== null)
  const daysOfLine = new Map<string, Set<number>>()
  for (const { day, line } of open) {
    const name = line ?? ''
    let days = daysOfLine.get(name)
    if (days === undefined) daysOfLine.set(name, (days = new Set()))
    days.add(day)
  }
  let lines = 0
  for (const days of daysOfLine.values()) lines += days.size
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const { day } of own) {
    if (day < first) first = day
    if (day > last) last = day
  }
  return {
    isLan: isMostlyLan(own) && !hasToldLine(own),
    isHidden: isMostlyHidden(own),
    isSixth: open.some((p) => p.family === 6),
    parts: once(() => partsOf(open.filter((p) => !p.isHosting))),
    days: daysIn(own),
    first,
    last,
    linesADay: lines / Math.max(1, daysIn(open).size),
    places: once(() => placesOf(open.filter((p) => !p.isHosting))),
    blocks: () => new Set([...daysOfLine.keys()].filter((line) => line !== '').map(blockOf)),
  }
}

/** Pairs of parts of one provider and country; one whose country is unknown may be in any. */
const commonParts = (a: Dwelling, b: Dwelling): [Part, Part][] =>
  a.parts().flatMap((one) =>
    b.parts().flatMap((other): [Part, Part][] => {
      const isSame = one.country === null || other.country === null || one.country === other.country
      return isSame && one.provider === other.provider ? [[one, other]] : []
    }),
  )

const isWithin = (a: Part, b: Part, km: number): boolean =>
  a.at === null || b.at === null || haversineKm(a.at, b.at) <= km

// Share of plays over a provider that must be of one IP version for a group to be one side of a dual-stack line.
const ONE_SIDED = 0.9

const TWIN_DAYS = 2

// Days on which devices of one were guests of the other, from which on it matters no longer where databases locate them.
const TWIN_GUEST_DAYS = 3

/** The IP version that a group uses over one provider's lines; `null` where it uses both. */
const sideOf = ({ families, days }: Part): 4 | 6 | null => {
  if (days.size < TWIN_DAYS) return null
  const least = ONE_SIDED * (families[4] + families[6])
  if (families[4] >= least) return 4
  return families[6] >= least ? 6 : null
}

/**
 * Milliseconds that two groups watched over what may be the IPv4 and the IPv6 side of one line, the lesser of the two:
 * a device with IPv6 and one without are seen on two networks of one provider. Zero where they are no such pair. `guestDays`: days on
 * which devices of one were guests of the other.
 */
export const twinMs = (a: Dwelling, b: Dwelling, guestDays: number): number => {
  if (!a.isSixth && !b.isSixth) return 0
  const km = guestDays >= TWIN_GUEST_DAYS ? Number.POSITIVE_INFINITY : TWIN_KM
  let ms = 0
  for (const [one, other] of commonParts(a, b)) {
    if (!isWithin(one, other, km)) continue
    const [x, y] = [sideOf(one), sideOf(other)]
    if (x === null || y === null || x === y) continue
    ms = Math.max(ms, Math.min(one.families[x], other.families[y]))
  }
  return ms
}

// Days in each of two places, one after the other, from which on the household has moved.
const LIVED_DAYS = 5

const countBeyond = (days: ReadonlySet<number>, isBeyond: (day: number) => boolean): number =>
  [...days].filter(isBeyond).length

/** Whether a household moved from one place to the other: hardly a day in the old one after the first in the new one. */
export const isMove = (a: Dwelling, b: Dwelling): boolean => {
  const [old, young] = a.first <= b.first ? [a, b] : [b, a]
  if (old.days.size < LIVED_DAYS || young.days.size < LIVED_DAYS) return false
  const late = countBeyond(old.days, (day) => day > young.first)
  return late <= 1
}

// Lines a day from which on a carrier assigns an address to each connection.
const POOLED = 1.4

const shareBlock = (a: Dwelling, b: Dwelling): boolean => {
  const blocks = b.blocks()
  return [...a.blocks()].some((block) => blocks.has(block))
}

/** Whether both have addresses of one carrier's pool in one area, as with mobile internet at home. */
export const arePooled = (a: Dwelling, b: Dwelling): boolean =>
  a.linesADay >= POOLED &&
  b.linesADay >= POOLED &&
  shareBlock(a, b) &&
  commonParts(a, b).some(([one, other]) => isWithin(one, other, NEAR_KM))

/** Whether two groups may live at one place by where any of their lines is located, whoever provides them. */
export const areNear = (a: Dwelling, b: Dwelling): boolean =>
  a.places().some((one) => b.places().some((other) => haversineKm(one, other) <= NEAR_KM))
