import { coordinatesOf, haversineKm, leastDistanceKm } from '#domain/geo'
import type { PlayRecord } from '#domain/types'
import { isHosting } from './network-class.ts'

/** How far apart two plays are, where that can be said at all. */
export interface Distance {
  readonly km: number
  /** With both accuracy radii subtracted. */
  readonly leastKm: number
}

// A relayed stream shows the server's own loopback.
const LOOPBACK = /^(127\.|::1|0:0:0:0)/

/** Whether the address is the server's own, as a relay shows it: it says nothing of the viewer, LAN or not. */
export const isLoopback = (play: PlayRecord): boolean =>
  play.network !== null && LOOPBACK.test(play.network)

/** Whether the play tells which network its viewer is on. */
export const hasNetwork = (play: PlayRecord): boolean =>
  !play.isLan && play.network !== null && !isLoopback(play)

/** A play whose position means something: not on the LAN, not relayed, and with coordinates. */
export const isLocated = (play: PlayRecord): boolean =>
  hasNetwork(play) && coordinatesOf(play) !== null

/**
 * Whether the device is one an edge made up from the network and the player; media servers tell real ones. Such
 * a device cannot be followed from one network to another.
 */
export const hasDerivedDevice = (play: Pick<PlayRecord, 'source'>): boolean =>
  play.source.startsWith('edge:')

/** Whether two plays came over one network; two LAN plays of one server did. */
export const isSameNetwork = (a: PlayRecord, b: PlayRecord): boolean => {
  if (isLoopback(a) || isLoopback(b)) return false
  if (a.isLan && b.isLan) return a.source === b.source
  return !a.isLan && !b.isLan && a.network !== null && a.network === b.network
}

/** Whether two plays certainly came from one device; unknown devices are never the same. */
export const isSameDevice = (a: PlayRecord, b: PlayRecord): boolean =>
  a.device !== null && a.device === b.device

/** The distance between two plays; `null` where a guard says that it would mean nothing. */
export const distanceOf = (a: PlayRecord, b: PlayRecord): Distance | null => {
  if (!hasNetwork(a) || !hasNetwork(b) || isSameNetwork(a, b)) return null
  const [from, to] = [coordinatesOf(a), coordinatesOf(b)]
  if (from === null || to === null) return null
  return { km: haversineKm(from, to), leastKm: leastDistanceKm(from, to) }
}

/** Whether either play leaves through a data centre, where its position says nothing about its viewer. */
export const isThroughHosting = (...plays: readonly PlayRecord[]): boolean =>
  plays.some((p) => isHosting(p))
