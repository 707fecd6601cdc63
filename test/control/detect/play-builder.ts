import type { PlayRecord } from '#domain/types'

/** Noon of a Monday. */
export const START = Date.UTC(2026, 2, 2, 12)
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Places with coordinates. */
export const PLACES = {
  boston: {
    city: 'Boston',
    region: 'Massachusetts',
    country: 'US',
    latitude: 42.36,
    longitude: -71.06,
  },
  detroit: {
    city: 'Detroit',
    region: 'Michigan',
    country: 'US',
    latitude: 42.33,
    longitude: -83.05,
  },
  lyon: { city: 'Lyon', region: 'Rhône', country: 'FR', latitude: 45.76, longitude: 4.84 },
  villeurbanne: {
    city: 'Villeurbanne',
    region: 'Rhône',
    country: 'FR',
    latitude: 45.77,
    longitude: 4.88,
  },
  bordeaux: {
    city: 'Bordeaux',
    region: 'Gironde',
    country: 'FR',
    latitude: 44.84,
    longitude: -0.58,
  },
  turin: { city: 'Turin', region: 'Piedmont', country: 'IT', latitude: 45.07, longitude: 7.69 },
  sydney: {
    city: 'Sydney',
    region: 'New South Wales',
    country: 'AU',
    latitude: -33.87,
    longitude: 151.21,
  },
  nowhere: { city: null, region: null, country: null, latitude: null, longitude: null },
} as const

/** Players by what they are. */
export const PLAYERS = {
  television: { platform: 'webOS', client: 'Plex for LG' },
  phone: { platform: 'iOS', client: 'Plex for iOS' },
  computer: { platform: 'Chrome', client: 'Plex Web' },
} as const

/** What a test says of a play; times count from {@link START}. */
export interface PlayFields {
  readonly at?: number
  readonly minutes?: number
  readonly place?: keyof typeof PLACES
  readonly player?: keyof typeof PLAYERS
  readonly network?: string | null
  readonly device?: string | null
  readonly with?: Partial<PlayRecord>
}

let count = 0

/** A play of one account: an hour on a television in Lyon unless the fields say otherwise. */
export const play = (fields: PlayFields = {}): PlayRecord => {
  count += 1
  const place = fields.place ?? 'lyon'
  const player = fields.player ?? 'television'
  const network = fields.network === undefined ? '192.0.2.1' : fields.network
  const startedAt = START + (fields.at ?? 0)
  const playedMs = (fields.minutes ?? 60) * MINUTE
  return {
    id: `p${count}`,
    source: 'plex:home',
    account: 'own:1',
    accountName: 'Account 1',
    group: null,
    address: network,
    network,
    isLan: false,
    ...PLACES[place],
    accuracyKm: PLACES[place].city === null ? null : 25,
    asn: null,
    asnOrg: null,
    device: fields.device === undefined ? `${player} ${place}` : fields.device,
    ...PLAYERS[player],
    channel: null,
    title: null,
    isLive: false,
    startedAt,
    lastSeenAt: startedAt + playedMs,
    endedAt: startedAt + playedMs,
    playedMs,
    bytes: null,
    reason: null,
    ...fields.with,
  }
}

/** One play a day at the same hour, on some days of many. */
export const daily = (days: readonly number[], fields: PlayFields): PlayRecord[] =>
  days.map((day) => play({ ...fields, at: day * DAY + (fields.at ?? 0) }))

/** 0, step, 2 × step … below the end. */
export const everyNth = (end: number, step: number, from = 0): number[] =>
  Array.from({ length: Math.ceil((end - from) / step) }, (_, i) => from + i * step)

/** Plays as an edge tells them: the device is made from network and player. */
export const onEdge = (plays: readonly PlayRecord[], agent: string): PlayRecord[] =>
  plays.map((one) => ({
    ...one,
    source: 'edge:one',
    agent,
    client: agent,
    platform: null,
    device: `${one.network} ${agent}`,
  }))

/** Live television: the channels in turn. */
export const onChannels = (
  channels: readonly string[],
  plays: readonly PlayRecord[],
): PlayRecord[] =>
  plays.map((one, i) => ({ ...one, channel: channels[i % channels.length] ?? null, isLive: true }))
