import type { GroupedPlace, GroupedRow } from '../../../sources/model/grouped-history.ts'
import { isTruthy, printed } from '../../common/python-text.ts'
import { field, isPrivate, numberIn } from './row.ts'

/** Highest plausible speed of travel. */
export const FASTEST_KMH = 900

const SAME_METRO_KM = 50
const NO_TIME_H = 0.001
const EARTH_KM = 6371

/** A start or stop at a known place. */
export interface PlacedEvent {
  readonly time: number
  readonly ip: string
  readonly lat: number
  readonly lon: number
  readonly location: unknown
  readonly region: unknown
  readonly machine_id: unknown
  readonly platform: unknown
  readonly event: 'start' | 'stop'
}

/** Two neighbouring events too far apart for the time between them. */
export interface Teleportation {
  readonly from: PlacedEvent
  readonly to: PlacedEvent
  readonly dist_km: number
  readonly time_diff_h: number
  readonly speed_kmh: number
}

// Python's order of operations; another one differs in the last digit.
const radians = (degrees: number): number => degrees * (Math.PI / 180)

const square = (value: number): number => value * value

/** Great-circle distance (haversine), in the original's order of operations. */
export const distanceKm = (a: PlacedEvent, b: PlacedEvent): number => {
  const dLat = radians(b.lat - a.lat)
  const dLon = radians(b.lon - a.lon)
  const h =
    square(Math.sin(dLat / 2)) +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * square(Math.sin(dLon / 2))
  return EARTH_KM * 2 * Math.atan2(Math.sqrt(h), Math.sqrt(Math.max(0, 1 - h)))
}

const DECIMAL = /^\s*[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i

const toFloat = (value: unknown): number => {
  const text = printed(value)
  if (typeof value === 'number') return value
  if (!DECIMAL.test(text)) throw new Error(`could not convert string to float: '${text}'`)
  return Number(text.replaceAll('_', ''))
}

const eventsOf = (row: GroupedRow, geos: ReadonlyMap<string, GroupedPlace>): PlacedEvent[] => {
  const ip = row.ip_address
  if (typeof ip !== 'string' || ip === '' || isPrivate(ip)) return []
  const geo = geos.get(ip)
  if (!geo || !isTruthy(geo.latitude) || !isTruthy(geo.longitude)) return []
  const place = {
    ip,
    lat: toFloat(geo.latitude),
    lon: toFloat(geo.longitude),
    location: geo.city === undefined ? '?' : geo.city,
    region: geo.region === undefined ? '' : geo.region,
    machine_id: field(row, 'machine_id', '?'),
    platform: field(row, 'platform', '?'),
  }
  const events: PlacedEvent[] = []
  const [started, stopped] = [numberIn(row.started), numberIn(row.stopped)]
  if (started !== 0) events.push({ time: started, ...place, event: 'start' })
  if (stopped !== 0) events.push({ time: stopped, ...place, event: 'stop' })
  return events
}

const judge = (from: PlacedEvent, to: PlacedEvent): Teleportation | null => {
  if (from.ip === to.ip) return null
  const dist_km = distanceKm(from, to)
  if (dist_km < SAME_METRO_KM) return null
  const hours = (to.time - from.time) / 3600
  const time_diff_h = hours <= 0 ? NO_TIME_H : hours
  const speed_kmh = dist_km / time_diff_h
  return speed_kmh > FASTEST_KMH ? { from, to, dist_km, time_diff_h, speed_kmh } : null
}

/** Consecutive starts and stops that are too far apart to travel between in the time. */
export const findTeleportations = (
  history: readonly GroupedRow[],
  geos: ReadonlyMap<string, GroupedPlace>,
): Teleportation[] => {
  const events = history.flatMap((row) => eventsOf(row, geos)).toSorted((a, b) => a.time - b.time)
  const found: Teleportation[] = []
  for (const [i, from] of events.entries()) {
    const to = events[i + 1]
    const teleportation = to ? judge(from, to) : null
    if (teleportation) found.push(teleportation)
  }
  return found
}
