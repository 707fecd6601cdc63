import { copyPlay, type PlayCopy } from '#domain/copy-play'
import {
  type Address,
  formatAddress,
  isLan,
  keyOfAddress,
  parseAddress,
} from '#domain/networks/network'
import type { Delivery, GeoPlace, PlayRecord } from '#domain/types'
import type { AsnEntry } from '../../geo/asn-table.ts'
import { assumedAccuracyKm, withRadius } from '../../geo/radii.ts'
import { emptyPlay } from '../model/empty-play.ts'
import type { GroupedPlace, GroupedRow, GroupedUser } from '../model/grouped-history.ts'

/** A row of `get_history` (`plexpy/datafactory.py`), times and lengths in seconds; every field may be missing, null or an empty string. */
export interface TautulliRow extends GroupedRow {
  readonly row_id?: number | string | null
  readonly reference_id?: number | string | null
  readonly session_key?: number | string | null
  readonly user_id?: number | null
  readonly user?: string | null
  readonly friendly_name?: string | null
  readonly product?: string | null
  readonly location?: string | null
  readonly live?: number | string | null
  readonly transcode_decision?: unknown
  readonly media_type?: string | null
  readonly state?: string | null
}

/** A row of `get_users_table`. */
export type TautulliUser = GroupedUser

/** What `get_geoip_lookup` answers; coordinates may be null. */
export interface TautulliGeo extends GroupedPlace {
  readonly code?: string | null
  readonly accuracy?: number | null
}

const BLANK = /^\s*$/
const SPACE = 0x20
const DELETE = 0x7f

const textOf = (value: unknown): string | null => {
  if (typeof value === 'string') {
    // What begins with a letter, digit or sign of ASCII is not blank.
    const first = value.charCodeAt(0)
    return (first > SPACE && first < DELETE) || !BLANK.test(value) ? value : null
  }
  return typeof value === 'number' ? String(value) : null
}

const textOr = (value: unknown, other: unknown): string | null => textOf(value) ?? textOf(other)

const numberOrNull = (value: unknown): number | null => {
  if (value === null || value === undefined || value === '') return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** Reads a location; a lone latitude, a value off the globe or an empty string is unknown. */
export const placeFromTautulli = (geo: TautulliGeo | null | undefined): GeoPlace => {
  const answer = geo ?? {}
  const latitude = numberOrNull(answer.latitude)
  const longitude = numberOrNull(answer.longitude)
  const isLocated = latitude !== null && longitude !== null
  const [city, region] = [textOf(answer.city), textOf(answer.region)]
  const country = textOf(answer.code)?.toUpperCase() ?? null
  return {
    city,
    region,
    country: country !== null && /^[A-Z]{2}$/.test(country) ? country : null,
    latitude: isLocated ? latitude : null,
    longitude: isLocated ? longitude : null,
    accuracyKm: numberOrNull(answer.accuracy) ?? assumedAccuracyKm({ city, region }),
  }
}

const NOWHERE = placeFromTautulli(null)

/** Sets the times of a row's play. */
const setTimes = (play: PlayCopy, row: TautulliRow): void => {
  const startedAt = (numberOrNull(row.started) ?? 0) * 1000
  const played = numberOrNull(row.play_duration) ?? numberOrNull(row.duration)
  const playedMs = played === null ? null : Math.max(0, played * 1000)
  const stopped = numberOrNull(row.stopped)
  // A row whose stop is missing or before its start still played for as long as it says.
  const stoppedAt =
    stopped !== null && stopped * 1000 >= startedAt ? stopped * 1000 : startedAt + (playedMs ?? 0)
  play.startedAt = startedAt
  play.lastSeenAt = stoppedAt
  play.endedAt = textOf(row.state) === null ? stoppedAt : null
  play.playedMs = playedMs
}

/** The account a Tautulli user is known by; `server` distinguishes several Tautullis. */
export const accountOfTautulli = (userId: unknown, server = 'tautulli'): string =>
  `backend:${server}:${String(userId)}`

const idOf = (row: TautulliRow): string =>
  textOf(row.row_id) ?? `live:${textOf(row.session_key) ?? ''}:${String(row.started ?? '')}`

const NETWORK_KEY = { v6Prefix: 64 }

const addressOf = (row: TautulliRow): Address | null => {
  const text = textOf(row.ip_address)
  if (text === null) return null
  // Some players report a zone id or brackets around IPv6.
  return parseAddress(text) ?? parseAddress(text.trim().replace(/^\[|\]$|%.*$/g, ''))
}

type Seen = Pick<PlayRecord, 'address' | 'network' | 'isLan'>

/** Of 127.0.0.0/8, or `::1`. */
const isLoopback = ({ family, words: [first = 0, second, third, fourth] }: Address): boolean =>
  family === 4 ? first >>> 24 === 127 : first === 0 && second === 0 && third === 0 && fourth === 1

const seenOf = (row: TautulliRow): Seen => {
  const address = addressOf(row)
  const isAtHome = row.location === 'lan'
  // Who comes through the relay of Plex is seen at the server's own loopback: where that is, nobody knows.
  if (address === null || (!isAtHome && isLoopback(address)))
    return { address: null, network: null, isLan: isAtHome }
  const text = formatAddress(address)
  return {
    address: text,
    network: address.family === 4 ? text : keyOfAddress(address, NETWORK_KEY),
    isLan: isAtHome || isLan(address),
  }
}

/** Addresses remembered at once: a household's plays come from few, and a history has a million. */
const MOST_SEEN = 20_000
const rememberedAtHome = new Map<unknown, Seen>()
const rememberedAway = new Map<unknown, Seen>()

const rememberedSeen = (row: TautulliRow): Seen => {
  const remembered = row.location === 'lan' ? rememberedAtHome : rememberedAway
  const key = row.ip_address
  let seen = remembered.get(key)
  if (seen === undefined) {
    seen = seenOf(row)
    if (remembered.size >= MOST_SEEN) remembered.clear()
    remembered.set(key, seen)
  }
  return seen
}

/** Where the plays of a row's source are and whose: what its rows do not say. */
export interface RowOrigin {
  readonly source?: string
  readonly account?: string
}

/** How Tautulli calls what a server does; `copy` is a change of the container alone. */
const DECISIONS: Readonly<Record<string, Delivery>> = {
  'direct play': 'direct play',
  copy: 'direct stream',
  transcode: 'transcode',
}

const NOTHING = copyPlay(emptyPlay)

/** A Tautulli row as history keeps it, to be changed; `asn` comes from the operator's table. */
export const playFromTautulli = (
  row: TautulliRow,
  geo: TautulliGeo | null | undefined,
  asn?: AsnEntry | null,
  { source = 'tautulli', account = accountOfTautulli(row.user_id) }: RowOrigin = {},
): PlayCopy => {
  const isLive = numberOrNull(row.live) === 1
  const seen = rememberedSeen(row)
  const org = asn?.org ?? null
  const place = seen.isLan || !geo ? NOWHERE : withRadius(placeFromTautulli(geo), org)
  // Each field is set where it is: copies of parts cost more than all the rest, and there are millions of rows.
  const play = copyPlay(NOTHING)
  play.id = idOf(row)
  play.source = source
  play.account = account
  play.accountName = textOr(row.friendly_name, row.user)
  play.city = place.city
  play.region = place.region
  play.country = place.country
  play.latitude = place.latitude
  play.longitude = place.longitude
  play.accuracyKm = place.accuracyKm
  play.address = seen.address
  play.network = seen.network
  play.isLan = seen.isLan
  play.asn = asn?.asn ?? null
  play.asnOrg = org
  play.device = textOf(row.machine_id)
  // A play that was stopped and resumed is several rows, which name the first.
  const whole = textOf(row.reference_id)
  play.playback = whole === play.id ? null : whole
  play.platform = textOf(row.platform)
  play.client = textOr(row.product, row.player)
  play.player = textOf(row.player)
  play.channel = isLive ? textOr(row['channel_title'], row.title) : null
  play.title = textOr(row.full_title, row.title)
  play.isLive = isLive
  play.isMusic = row.media_type === 'track'
  play.delivery = DECISIONS[textOf(row.transcode_decision) ?? ''] ?? null
  setTimes(play, row)
  return play
}
