import { coordinatesOf } from '#domain/geo'
import type { Coordinates, PlayRecord } from '#domain/types'
import { type DeviceClass, deviceClass } from './device-class.ts'
import { isLoopback } from './guards.ts'
import { localTime } from './local-days.ts'
import {
  addressPoolOf,
  connectionOf,
  isHosting as isHostingPlay,
  isSixth,
  isTunnelled,
} from './network-class.ts'
import { watchedUntil } from './watched.ts'

/** A play with the values that household detection derives from it, computed once. */
export interface EnrichedPlay {
  readonly play: PlayRecord
  readonly start: number
  /** End of the watched part (Unix ms), see `watchedUntil`. */
  readonly end: number
  /** Day number in the household's time, where a day begins at five in the morning. */
  readonly day: number
  /** Hour of that day, 5 to 29. */
  readonly hour: number
  readonly device: string
  readonly kind: DeviceClass
  /** Whether it was music, which is heard anywhere and shows no household. */
  readonly isMusic: boolean
  /** Internet connection of the play: its address or IPv6 delegation, `lan SOURCE` on the server's LAN, `null` if unknown. */
  readonly line: string | null
  readonly pool: string | null
  readonly isHosting: boolean
  /** IP version of a public connection; `null` on the LAN and where it is unknown. */
  readonly family: 4 | 6 | null
  /**
   * Keys that tie the play to a home, the strongest first: its connection, then its address pool; for a VPN
   * its AS alone.
   */
  readonly homeKeys: readonly string[]
  readonly coordinates: Coordinates | null
}

const lineOf = (play: PlayRecord): string | null => {
  if (isLoopback(play)) return null
  return play.isLan ? `lan ${play.source}` : connectionOf(play.network)
}

type Place = Pick<EnrichedPlay, 'line' | 'pool' | 'isHosting' | 'homeKeys'>

const placeOf = (play: PlayRecord, throughHosting: boolean): Place => {
  const line = lineOf(play)
  if (line === null) return { line, pool: null, isHosting: throughHosting, homeKeys: [] }
  const pool = play.isLan ? line : addressPoolOf(line)
  if (throughHosting) {
    return { line, pool, isHosting: true, homeKeys: [`as ${play.asn ?? play.asnOrg ?? ''}`] }
  }
  return { line, pool, isHosting: false, homeKeys: pool === null ? [line] : [line, `pool ${pool}`] }
}

/**
 * Remembers answers by two values: the plays of one account repeat a handful, and a text of both would cost more than the
 * two look-ups.
 */
const byPair = <T>(compute: (play: PlayRecord) => T) => {
  const known = new Map<unknown, Map<unknown, T>>()
  return (one: unknown, other: unknown, play: PlayRecord): T => {
    let row = known.get(one)
    if (row === undefined) known.set(one, (row = new Map()))
    let answer = row.get(other)
    if (answer === undefined) row.set(other, (answer = compute(play)))
    return answer
  }
}

/** The device of a play, or what may stand for it where it is unknown. */
export const playDevice = (play: PlayRecord): string =>
  play.device ?? `? ${play.network ?? ''} ${play.platform ?? ''} ${play.client ?? ''}`

/** Whether a play's network and place are those of a VPN or a tunnel. */
const hidesPlace = (play: PlayRecord): boolean => isHostingPlay(play) || isTunnelled(play)

/** Enriches plays that are already normalised. */
export const enrichPlays = (plays: readonly PlayRecord[], zone?: string): EnrichedPlay[] => {
  const { dayOf, hourOf } = localTime(plays, zone)
  const classes = byPair(deviceClass)
  const atLan = byPair((p) => placeOf(p, hidesPlace(p)))
  const outside = byPair((p) => placeOf(p, hidesPlace(p)))
  const placed = (p: PlayRecord): Place =>
    p.isLan ? atLan(p.source, p.network, p) : outside(p.network, p.asn, p)
  const classOf = (p: PlayRecord): DeviceClass => classes(p.platform, p.agent ?? p.client, p)
  return plays.map((play) => {
    const { line, pool, isHosting, homeKeys } = placed(play)
    return {
      play,
      start: play.startedAt,
      end: watchedUntil(play),
      day: dayOf(play.startedAt),
      hour: hourOf(play.startedAt),
      device: playDevice(play),
      kind: classOf(play),
      isMusic: play.isMusic === true,
      line,
      pool,
      isHosting,
      family: line === null || play.isLan ? null : isSixth(line) ? 6 : 4,
      homeKeys,
      coordinates: play.isLan ? null : coordinatesOf(play),
    }
  })
}
