import { coordinatesOf, haversineKm } from '#domain/geo'
import { groupBy } from '#domain/group-by'
import type { PlayRecord } from '#domain/types'
import type { DeviceClass } from '../../../../control/detect/device-class.ts'
import { isLoopback } from '../../../../control/detect/guards.ts'
import { UnionFind } from '../../../../control/detect/household/homes/union-find.ts'
import { connectionOf } from '../../../../control/detect/network-class.ts'

// A provider locates the changing addresses of one line within this distance.
const ONE_LINE_KM = 160

// Share of a portable device's plays on a home's lines from which on it lives there.
const LIVES_THERE = 0.15

type Device = string | null

/** The homes of an account, told from sets that share lines. */
export interface Homes {
  /** Home of a device; `null` where nothing says. */
  readonly ofDevice: ReadonlyMap<Device, string>
  /** Where a play was: a home, or another place; `null` where a relay hides it. */
  readonly ofPlay: ReadonlyMap<PlayRecord, string | null>
}

/** Connection of a play: its address, `lan`, or `null` where a relay hides it. */
const lineOf = (play: PlayRecord): string | null => {
  if (play.isLan) return 'lan'
  return play.network === null || isLoopback(play) ? null : connectionOf(play.network)
}

const providerOf = (play: PlayRecord): string =>
  `${play.asn ?? play.asnOrg ?? ''} ${play.country ?? ''}`

const mostOf = (names: readonly string[]): string | null => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? null
}

/** Joins sets that share a line; returns the home of each line and of each set. */
const homesOfSets = (plays: readonly PlayRecord[], isSet: (device: Device) => boolean) => {
  const sets = new UnionFind()
  const owners = new Map<string, string>()
  const ofSets = plays.filter(({ device }) => device !== null && isSet(device))
  for (const play of ofSets) {
    const [line, device] = [lineOf(play), play.device ?? '']
    if (line === null) continue
    const owner = owners.get(line)
    if (owner === undefined) owners.set(line, device)
    else sets.join(owner, device)
  }
  return {
    ofLine: new Map([...owners].map(([line, device]) => [line, `home of ${sets.find(device)}`])),
    ofSet: new Map(ofSets.map(({ device }) => [device, `home of ${sets.find(device ?? '')}`])),
  }
}

/** The home a portable device lives at: one of sets, else the provider it uses most. */
const homeOfPortable = (
  own: readonly PlayRecord[],
  ofLine: ReadonlyMap<string, string>,
): string | null => {
  const there = own.flatMap((play) => ofLine.get(lineOf(play) ?? '') ?? [])
  const home = mostOf(there)
  if (home !== null && there.filter((name) => name === home).length >= LIVES_THERE * own.length)
    return home
  const provider = mostOf(own.filter((play) => lineOf(play) !== null).map(providerOf))
  return provider === null ? null : `line of ${provider}`
}

/** A home's provider and one play over it. */
interface Usual {
  readonly provider: string
  readonly play: PlayRecord
}

const usualOf = (own: readonly PlayRecord[]): Usual | null => {
  const open = own.filter((play) => lineOf(play) !== null && !play.isLan)
  const provider = mostOf(open.map(providerOf))
  const play = open.find((one) => providerOf(one) === provider)
  return provider === null || play === undefined ? null : { provider, play }
}

const isNear = (a: PlayRecord, b: PlayRecord): boolean => {
  const [from, to] = [coordinatesOf(a), coordinatesOf(b)]
  return from === null || to === null || haversineKm(from, to) <= ONE_LINE_KM
}

/** Tells an account's homes by its sets, without the judgement that is measured. */
export const tellHomes = (
  plays: readonly PlayRecord[],
  kindOf: (device: Device) => DeviceClass,
): Homes => {
  const { ofLine, ofSet } = homesOfSets(plays, (device) => kindOf(device) === 'television')
  const ofDevice = new Map<Device, string>(ofSet)
  for (const [device, own] of groupBy(plays, (play) => play.device)) {
    const home = ofDevice.get(device) ?? homeOfPortable(own, ofLine)
    if (home !== null) ofDevice.set(device, home)
  }
  const lists = groupBy(plays, ({ device }) => ofDevice.get(device) ?? '')
  const usual = new Map([...lists].map(([home, own]) => [home, usualOf(own)]))
  const placeOf = (play: PlayRecord): string | null => {
    const line = lineOf(play)
    const owner = line === null ? null : ofLine.get(line)
    if (owner !== undefined) return owner
    const home = ofDevice.get(play.device) ?? ''
    const known = usual.get(home)
    const isOfHome = known && known.provider === providerOf(play) && isNear(play, known.play)
    return isOfHome ? home : `${providerOf(play)} ${play.city ?? play.region ?? ''}`
  }
  return { ofDevice, ofPlay: new Map(plays.map((play) => [play, placeOf(play)])) }
}
