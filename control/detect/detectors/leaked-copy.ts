import { speedKmh } from '#domain/geo'
import type { PlayRecord } from '#domain/types'
import { createFinding, durationText } from '../finding.ts'
import { distanceOf, FLIGHT_KMH, hasNetwork, isThroughHosting } from '../guards.ts'
import { SERIES_AT_LEAST, seriesOf } from '../household/homes/series.ts'
import { addressPoolOf } from '../network-class.ts'
import { endOf } from '../normalise.ts'
import { type Inspect, MAX_RECENT_PLAYS, type MayFind, type ParamsOf } from '../rules/rule-types.ts'
import type { Finding } from '../types.ts'
import { findCopiedPlaylist } from './copied-playlist.ts'

const HOUR_MS = 3_600_000

interface Burst {
  readonly strangers: Map<string, PlayRecord>
  readonly places: Set<string>
}

/** Devices that go on with a series that the account followed before a time: the household's own, wherever they are. */
const followersOf = (plays: readonly PlayRecord[], since: number): ReadonlySet<string> => {
  const before = new Set<string>()
  const followers = new Set<string>()
  for (const play of plays) {
    const series = seriesOf(play)
    if (series === null) continue
    if (play.startedAt < since) before.add(series)
    else if (play.device !== null && before.size >= SERIES_AT_LEAST && before.has(series))
      followers.add(play.device)
  }
  return followers
}

/** Devices that turned up within the burst on pools which nobody had used before it, and follow nothing known. */
const strangersOf = (plays: readonly PlayRecord[], since: number): Burst => {
  const knownDevices = new Set(followersOf(plays, since))
  const knownPools = new Set<string>()
  const burst: Burst = { strangers: new Map(), places: new Set() }
  for (const play of plays) {
    const pool = hasNetwork(play) ? addressPoolOf(play.network) : null
    if (play.startedAt < since) {
      if (play.device !== null) knownDevices.add(play.device)
      if (pool !== null) knownPools.add(pool)
    } else if (play.device !== null && pool !== null) {
      if (knownDevices.has(play.device) || knownPools.has(pool)) continue
      if (!burst.strangers.has(play.device)) burst.strangers.set(play.device, play)
      burst.places.add(pool)
    }
  }
  return burst
}

/** Strangers nearer than this to each other are friends of the family, a school or a holiday. */
const APART_KM = 100

const modelOf = ({ platform, client, player }: PlayRecord): string =>
  `${platform}/${client}/${player ?? ''}`

/** Whether one traveller could be them all: ids of one model, each in reach of the one before. */
const isTraveller = (plays: readonly PlayRecord[]): boolean =>
  new Set(plays.map(modelOf)).size === 1 &&
  plays.every((play, i) => {
    const before = plays[i - 1]
    if (before === undefined) return true
    const distance = distanceOf(before, play)
    const speed = speedKmh(distance?.leastKm ?? 0, play.startedAt - endOf(before))
    return play.startedAt >= endOf(before) && speed <= FLIGHT_KMH
  })

const countriesOf = (plays: readonly PlayRecord[]): number =>
  new Set(plays.filter((p) => !isThroughHosting(p)).flatMap((p) => p.country ?? [])).size

// Strangers in so many countries are surer than as many of a few: a family that travels is in two.
const COUNTRIES_AT_LEAST = 3

/** How many strangers are enough: one less than else where each is in another country. */
const enoughOf = (
  plays: readonly PlayRecord[],
  { min_devices }: ParamsOf<'leaked_copy'>,
): number =>
  countriesOf(plays) >= Math.max(COUNTRIES_AT_LEAST, plays.length) ? min_devices - 1 : min_devices

/** Whether some of the strangers live far from others: in another country, or further than any radius explains. */
const areScattered = (plays: readonly PlayRecord[]): boolean =>
  plays.some((a, i) =>
    plays.slice(i + 1).some((b) => {
      if (isThroughHosting(a, b)) return false
      if (a.country !== null && b.country !== null && a.country !== b.country) return true
      const distance = distanceOf(a, b)
      return distance === null
        ? a.country === null || b.country === null
        : distance.leastKm >= APART_KM
    }),
  )

const isNewDevice = (event: PlayRecord, recent: readonly PlayRecord[]): boolean =>
  event.device !== null && recent.findLastIndex((p) => p.device === event.device) < 0

const countBefore = (recent: readonly PlayRecord[], since: number): number =>
  recent.findLastIndex((p) => p.startedAt < since) + 1

// Before a few plays are known, everybody is a stranger; and in few countries, before a week has gone by.
const KNOWN_AT_LEAST = 3
const KNOWN_MS = 7 * 24 * HOUR_MS

/** Whether as many devices played since a time, the event's included. */
const arePlaying = (
  event: PlayRecord,
  recent: readonly PlayRecord[],
  since: number,
  least: number,
): boolean => {
  const devices = new Set([event.device])
  for (let i = recent.length - 1; i >= 0 && devices.size < least; i -= 1) {
    const play = recent[i]
    if (play === undefined || play.startedAt < since) return false
    if (play.device !== null) devices.add(play.device)
  }
  return devices.size >= least
}

/** Many new devices on new networks at once. */
const findStrangers = (
  event: PlayRecord,
  recent: readonly PlayRecord[],
  params: ParamsOf<'leaked_copy'>,
): Finding | null => {
  if (!isNewDevice(event, recent)) return null
  const since = event.startedAt - params.burst_hours * HOUR_MS
  if (!arePlaying(event, recent, since, params.min_devices)) return null
  if (countBefore(recent, since) < KNOWN_AT_LEAST) return null
  const { strangers, places } = strangersOf([...recent, event], since)
  const plays = [...strangers.values()]
  if (places.size < params.min_places || plays.length < enoughOf(plays, params)) return null
  if (!areScattered(plays) || isTraveller(plays)) return null
  const isSettled = since - (recent[0]?.startedAt ?? since) >= KNOWN_MS
  if (!isSettled && countriesOf(plays) < COUNTRIES_AT_LEAST) return null
  const countries = [...new Set(plays.flatMap((p) => p.country ?? []))].sort()
  const where =
    countries.length > 1 ? ` in ${countries.length} countries (${countries.join(', ')})` : ''
  return createFinding(
    event,
    plays.filter((p) => p !== event),
    {
      kind: 'leaked_copy',
      severity: 'high',
      confidence: 60,
      summary:
        `${strangers.size} devices never seen before turned up on ${places.size} new networks${where} ` +
        `within ${durationText(params.burst_hours * HOUR_MS)}. ` +
        `Cleared by feedback that the devices are the household's own.`,
      evidence: {
        count: strangers.size,
        newNetworks: places.size,
        limit: params.min_devices,
        windowMs: params.burst_hours * HOUR_MS,
        devices: [...strangers.keys()].sort(),
        countries,
      },
    },
  )
}

/**
 * Whether playlist copies were used, or enough devices that had not played for as long as is looked back, less a burst, turn up in
 * one burst, after the first few plays.
 */
export const areManyNewcomers: MayFind<'leaked_copy'> = (plays, params) => {
  const known = plays[KNOWN_AT_LEAST - 1]
  // Of more, the oldest are not looked at.
  if (plays.length > MAX_RECENT_PLAYS) return true
  const burstMs = params.burst_hours * HOUR_MS
  const unseenMs = params.window_hours * HOUR_MS - burstMs
  const seen = new Map<string, number>()
  const newcomers: number[] = []
  for (const { device, download, startedAt } of plays) {
    if (download) return true
    if (device === null || known === undefined) continue
    const before = seen.get(device)
    seen.set(device, startedAt)
    if (before !== undefined && startedAt - before <= unseenMs) continue
    if (startedAt <= known.startedAt) continue
    newcomers.push(startedAt)
    const first = newcomers.at(1 - params.min_devices)
    if (first !== undefined && startedAt - first <= burstMs) return true
  }
  return false
}

/** A leaked playlist or password: a copy that strangers use, or many new devices on new networks at once. */
export const inspectLeakedCopy: Inspect<'leaked_copy'> = (event, recent, params) =>
  findCopiedPlaylist(event, recent, params) ?? findStrangers(event, recent, params)
