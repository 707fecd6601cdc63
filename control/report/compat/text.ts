import type { GroupedPlace } from '../../sources/model/grouped-history.ts'
import {
  byCodePoint,
  duration,
  fixed,
  left,
  localDate,
  localTime,
  printed,
  right,
  safe,
  shortened,
} from '../common/python-text.ts'
import type { CompatDevice } from './analysis/analysis.ts'
import { concurrentRows } from './analysis/analysis.ts'
import { effectiveEnd, field, numberIn, playedSeconds, titleOf } from './analysis/row.ts'
import { FASTEST_KMH, type PlacedEvent, type Teleportation } from './analysis/teleportation.ts'
import { labelled } from './geo.ts'
import type { JudgedUser } from './users.ts'

type Places = ReadonlyMap<string, GroupedPlace> | null

const DOUBLE = '='.repeat(78)
const SINGLE = '-'.repeat(78)
const MOST_TELEPORTATIONS = 10

/** A title between two double rules. */
export const heading = (title: string): string[] => ['', DOUBLE, ` ${title}`, DOUBLE, '']

/** The rule after each user. */
export const footer = (): string[] => ['', SINGLE, '']

const who = (user: { readonly name: string; readonly user_id: unknown }): string =>
  `${safe(user.name)}  (user_id: ${printed(user.user_id)})`

const text = (value: unknown): string => safe(printed(value))

const deviceLine = (device: CompatDevice, places: Places): string => {
  const addresses = [...device.addresses].toSorted(byCodePoint)
  const shown = addresses.map((address) => safe(labelled(address, places))).join(', ') || '—'
  const name = `${left(text(device.platform), 16)} ${left(text(device.player), 24)}`
  return `    ${name} ${right(String(device.plays), 6)} ${right(duration(device.seconds), 11)}  ${shown}`
}

const stamp = (event: PlacedEvent): string => {
  const ms = event.time * 1000
  return `${localDate(ms)} ${localTime(ms)} ${text(event.location)}, ${text(event.region)}`
}

const teleportationLines = ({ from, to, ...trip }: Teleportation): string[] => [
  `      ${stamp(from)}  -->  ${stamp(to)}`,
  `        ${fixed(trip.dist_km, 0)} km in ${fixed(trip.time_diff_h, 1)}h  (${fixed(trip.speed_kmh, 0)} km/h — max plausible: ${FASTEST_KMH} km/h)`,
  `        Devices: ${text(from.platform)} -> ${text(to.platform)}`,
]

const deviceSection = (user: JudgedUser): string[] => {
  const { analysis, places } = user
  const devices = analysis.devices.toSorted((a, b) => b.seconds - a.seconds)
  const counts = [
    `Score: ${user.score}`,
    `Devices: ${devices.length}`,
    `Heavy devices: ${analysis.heavyDevices}`,
    `Concurrent sessions: ${analysis.overlaps}`,
    `Concurrent device pairs: ${analysis.overlapPairs}`,
  ]
  const trips = analysis.teleportations
  const warning = ['', `    TELEPORTATION DETECTED  (${trips.length} event(s)):`]
  return [
    `  ${who(user)}`,
    `  ${counts.join('  |  ')}`,
    `  Total plays: ${analysis.plays}  |  Total watch time: ${duration(analysis.seconds)}`,
    '',
    `    ${left('Platform', 16)} ${left('Player', 24)} ${right('Plays', 6)} ${right('Watch Time', 11)}  IPs`,
    `    ${[16, 24, 6, 11].map((size) => '-'.repeat(size)).join(' ')}  ${'-'.repeat(30)}`,
    ...devices.map((device) => deviceLine(device, places)),
    ...(trips.length > 0 ? warning : []),
    ...trips.slice(0, MOST_TELEPORTATIONS).flatMap(teleportationLines),
    ...footer(),
  ]
}

/** The device table of every flagged user. */
export const deviceReport = (flagged: readonly JudgedUser[]): string[] => [
  ...heading(`DEVICE BREAKDOWN  —  ${flagged.length} user(s) flagged`),
  ...flagged.flatMap(deviceSection),
]

const timelineLines = (user: JudgedUser): string[] => {
  const lines: string[] = []
  let date = ''
  for (const row of concurrentRows(user.analysis.history)) {
    const start = numberIn(row.started) * 1000
    if (localDate(start) !== date) {
      date = localDate(start)
      lines.push(`    ${date}`)
    }
    const times = `${localTime(start)}-${localTime(effectiveEnd(row) * 1000)}`
    const device = `${left(text(field(row, 'platform', '?')), 14)} ${left(text(field(row, 'player', '?')), 20)}`
    const address = safe(labelled(printed(field(row, 'ip_address', '?')), user.places))
    const played = right(duration(playedSeconds(row)), 7)
    lines.push(`      ${times}  ${played}  ${device} ${address}`)
    lines.push(`        ${safe(shortened(printed(titleOf(row))))}`)
  }
  return lines.length > 0 ? lines : ['    (no concurrent sessions)']
}

/** Concurrent sessions of every flagged user, by day. */
export const timelineReport = (flagged: readonly JudgedUser[]): string[] => [
  ...heading(`SESSION TIMELINE  —  ${flagged.length} user(s) flagged`),
  ...flagged.flatMap((user) => [
    `  ${who(user)}  —  score: ${user.score}`,
    '',
    ...timelineLines(user),
    ...footer(),
  ]),
]
