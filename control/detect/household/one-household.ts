import type { PlayRecord } from '#domain/types'
import { deviceClass } from '../device-class.ts'
import { playDevice } from '../enriched-play.ts'
import { isLoopback } from '../guards.ts'
import { connectionOf, isHosting, isTunnelled } from '../network-class.ts'

const DAY_MS = 86_400_000

// A device that was at a home on more days than a guest belongs to it, wherever else it plays; and so does one that
// played less often elsewhere than a place of its own takes.
const RESIDENT_DAYS = 3
const ELSEWHERE_AT_MOST = 4

/** Plays of one device over one network. */
interface Use {
  readonly asnOrg: string | null
  readonly isLan: boolean
  /** `null` where the network says nothing about a home. */
  readonly line: string | null
  lastAt: number
  /** Days with a play, at least: starts within 24 hours count once. */
  days: number
  plays: number
}

interface Device {
  isSet: boolean
  /** The play whose words were looked at last. */
  seen: PlayRecord
  readonly uses: Map<string, Use>
}

const networkOf = (play: PlayRecord): string =>
  play.isLan ? `lan ${play.source} ${isLoopback(play) ? 'relay' : ''}` : (play.network ?? '')

const newUse = (play: PlayRecord): Use => {
  const { asnOrg, isLan, source, network } = play
  const line = isLan ? `lan ${source}` : connectionOf(network)
  const isUnknown = isLoopback(play) || isHosting(play) || isTunnelled(play)
  return { asnOrg, isLan, line: isUnknown ? null : line, lastAt: play.startedAt, days: 1, plays: 1 }
}

const isSet = (play: PlayRecord): boolean => deviceClass(play) === 'television'

const hasSameWords = (a: PlayRecord, b: PlayRecord): boolean =>
  a.platform === b.platform && a.client === b.client && a.agent === b.agent

/** What each device used; `null` where a network changed its provider. */
const devicesOf = (plays: Iterable<PlayRecord>): Device[] | null => {
  const devices = new Map<string, Device>()
  const providers = new Map<string, string | null>()
  for (const play of plays) {
    const name = playDevice(play)
    let device = devices.get(name)
    if (device === undefined)
      devices.set(name, (device = { isSet: isSet(play), seen: play, uses: new Map() }))
    else if (!device.isSet && !hasSameWords(device.seen, play)) {
      device.isSet = isSet(play)
      device.seen = play
    }
    const network = networkOf(play)
    const use = device.uses.get(network)
    if (use === undefined) {
      const known = providers.get(network)
      if (known !== undefined && known !== play.asnOrg) return null
      providers.set(network, play.asnOrg)
      device.uses.set(network, newUse(play))
    } else {
      if (use.asnOrg !== play.asnOrg) return null
      use.plays += 1
      if (play.startedAt - use.lastAt < DAY_MS) continue
      use.lastAt = play.startedAt
      use.days += 1
    }
  }
  return [...devices.values()]
}

/** The lines of devices that all share one with another; `null` where they do not. */
const commonLines = (devices: readonly Device[]): ReadonlySet<string> | null => {
  const lines = new Set<string>()
  let rest = devices
  while (rest.length > 0) {
    const apart: Device[] = []
    for (const device of rest) {
      const own = [...device.uses.values()].flatMap(({ line }) => line ?? [])
      if (own.length > 0 && (lines.size === 0 || own.some((line) => lines.has(line))))
        for (const line of own) lines.add(line)
      else apart.push(device)
    }
    if (apart.length === rest.length) return null
    rest = apart
  }
  return lines
}

const isResident = ({ uses }: Device, lines: ReadonlySet<string>): boolean => {
  let [days, elsewhere] = [0, 0]
  for (const use of uses.values()) {
    if (use.line !== null && lines.has(use.line)) days = Math.max(days, use.days)
    else if (use.isLan) return false
    else elsewhere += use.plays
  }
  return days >= RESIDENT_DAYS || (days > 0 && elsewhere <= ELSEWHERE_AT_MOST)
}

/**
 * Whether plays are of one household at the first look, so that `homesOf` need not be asked: all televisions share lines,
 * and whatever else plays came back to them. `false` says nothing. Plays must be in order of start.
 */
export const isOneHousehold = (plays: Iterable<PlayRecord>): boolean => {
  const devices = devicesOf(plays)
  if (devices === null) return false
  const sets = devices.filter((device) => device.isSet)
  const anchors = sets.length > 0 ? sets : devices
  const lines = commonLines(anchors)
  if (lines === null) return false
  return anchors === devices || devices.every((d) => d.isSet || isResident(d, lines))
}
