import { coordinatesOf, hasCoordinates, haversineKm, leastDistanceKm, speedKmh } from '#domain/geo'
import type { PlayRecord } from '#domain/types'
import { deviceClass } from './device-class.ts'
import { isHosting, isSixth } from './network-class.ts'
import type { Evidence } from './types.ts'
import { watchedUntil } from './watched.ts'

/** How far apart two plays are, in kilometres. */
export interface Distance {
  readonly km: number
  /** With both accuracy radii subtracted. */
  readonly leastKm: number
}

/** Whether the play's address is loopback, as Plex relay connections report it; it says nothing about the viewer. */
export const isLoopback = (play: PlayRecord): boolean =>
  play.network !== null && isLoopbackText(play.network)

const ZERO = 0x30
const ONE = 0x31
const TWO = 0x32
const COLON = 0x3a

/** A relayed stream shows the server's own loopback; most texts differ in their first two characters. */
const isLoopbackText = (network: string): boolean => {
  const [first, second] = [network.charCodeAt(0), network.charCodeAt(1)]
  if (first === ONE) return second === TWO && network.startsWith('127.')
  if (second !== COLON) return false
  return first === COLON
    ? network.startsWith('::1')
    : first === ZERO && network.startsWith('0:0:0:0')
}

/** Whether the viewer's network is known: not on the LAN, not relayed. */
export const hasNetwork = (play: PlayRecord): boolean =>
  !play.isLan && play.network !== null && !isLoopback(play)

/** Whether the play's position is usable: not on the LAN, not relayed, and with coordinates. */
export const isLocated = (play: PlayRecord): boolean => hasNetwork(play) && hasCoordinates(play)

/**
 * Whether the device id was derived by an edge from network and User-Agent; media servers report real ids. Such
 * an id changes with the network.
 */
export const hasDerivedDevice = (play: Pick<PlayRecord, 'source'>): boolean =>
  play.source.startsWith('edge:')

/** Whether a play's own start and end are known; only such plays show what ran at the same time. */
export const isTimed = ({ timing }: Pick<PlayRecord, 'timing'>): boolean =>
  timing === undefined || timing === null

/** Whether two plays came over the same network; LAN plays of one server count as the same. */
export const isSameNetwork = (a: PlayRecord, b: PlayRecord): boolean => {
  if (isLoopback(a) || isLoopback(b)) return false
  if (a.isLan && b.isLan) return a.source === b.source
  return !a.isLan && !b.isLan && a.network !== null && a.network === b.network
}

/** Whether two plays carry the same device id; unknown devices are never the same. */
export const isSameDevice = (a: PlayRecord, b: PlayRecord): boolean =>
  a.device !== null && a.device === b.device

/**
 * Great-circle distance of two plays (haversine); `null` where either position is unusable or both share a
 * network.
 */
export const distanceOf = (a: PlayRecord, b: PlayRecord): Distance | null => {
  if (!hasNetwork(a) || !hasNetwork(b) || isSameNetwork(a, b)) return null
  const [from, to] = [coordinatesOf(a), coordinatesOf(b)]
  if (from === null || to === null) return null
  return { km: haversineKm(from, to), leastKm: leastDistanceKm(from, to) }
}

const twoOctetsOf = (network: string): string => {
  const end = network.indexOf('.', network.indexOf('.') + 1)
  return end < 0 ? network : network.slice(0, end)
}

/** The /16 of an IPv4 network; `null` for IPv6. */
const blockOf = ({ network }: PlayRecord): string | null =>
  network === null || isSixth(network) ? null : twoOctetsOf(network)

/** Whether two IPv4 addresses lie in one /16: city files put such hundreds of kilometres apart, see `npm run radii`. */
const areNeighbours = (a: PlayRecord, b: PlayRecord): boolean => {
  const block = blockOf(a)
  return block !== null && block === blockOf(b)
}

/** Whether two plays may have come from one country; that of one of them may be unknown. */
const isOneCountry = (a: PlayRecord, b: PlayRecord): boolean =>
  a.country === null || b.country === null || a.country === b.country

/**
 * Whether both plays came over one provider within a country, and not both from televisions on addresses far from each
 * other: carriers let phones out at hubs hundreds of kilometres away, the IPv4 and IPv6 of one line are located apart,
 * and so are neighbours in one /16.
 */
export const isWithinProvider = (a: PlayRecord, b: PlayRecord): boolean =>
  a.asn !== null &&
  a.asn === b.asn &&
  isOneCountry(a, b) &&
  (areNeighbours(a, b) ||
    ![a, b].every(
      (play) => deviceClass(play) === 'television' && isSixthNetwork(play) === isSixthNetwork(a),
    ))

/** Evidence of the provider that both plays came over, see `isWithinProvider`. */
export const providerOfBoth = (a: PlayRecord, b: PlayRecord): Pick<Evidence, 'provider'> =>
  isWithinProvider(a, b) ? { provider: a.asnOrg ?? `AS${a.asn}` } : {}

const isSixthNetwork = ({ network }: PlayRecord): boolean => network !== null && isSixth(network)

/** As fast as an airliner. */
export const FLIGHT_KMH = 900

/** Whether nobody travels from where a play was watched to where a later one began so fast. */
export const isOutOfReach = (first: PlayRecord, second: PlayRecord): boolean => {
  const pause = second.startedAt - watchedUntil(first)
  if (pause < 0 || isWithinProvider(first, second)) return false
  return speedKmh(distanceOf(first, second)?.leastKm ?? 0, pause) > FLIGHT_KMH
}

/** Whether any of the plays comes from a hosting or VPN network, whose position is not the viewer's. */
export const isThroughHosting = (...plays: readonly PlayRecord[]): boolean =>
  plays.some((p) => isHosting(p))
