import type { PlayRecord } from '#domain/types'
import type { SeenPlay } from '../live/play-table.ts'
import { emptyPlay } from '../model/empty-play.ts'
import { type PlayState, playKey } from '../model/live-play.ts'
import type { SourceOrigin } from '../model/origin.ts'
import { deliveryOfMethod } from '../model/play-method.ts'
import {
  type Fields,
  fieldsOf,
  firstText,
  isFields,
  isYes,
  textOf,
  textOrNull,
} from '../model/read-fields.ts'
import { type HomeHints, outsideAddress, viewerAddress } from '../model/remote-address.ts'
import type { Dialect } from './dialect.ts'

/** Values for reading sessions as plays. */
export interface SessionReading {
  readonly dialect: Dialect
  readonly origin: SourceOrigin
  readonly home: Pick<HomeHints, 'isHome' | 'own'>
  /** Unix milliseconds, ours. */
  readonly now: number
  /** The same moment by the server's clock. */
  readonly serverNow: number
}

const LIVE_TYPES = new Set(['TvChannel', 'LiveTvChannel'])

/** Types of items that are not counted as plays. */
const EXTRAS = new Set(['ThemeSong', 'ThemeVideo'])

/** Sessions without a message for so long, by the server's clock, are stale: servers drop them after five to ten minutes. */
const GHOST_MS = 5 * 60_000

const isLive = (item: Fields): boolean =>
  LIVE_TYPES.has(textOf(item['Type'])) ||
  (item['Type'] === 'Program' && textOf(item['ChannelId']) !== '')

const channelOf = (item: Fields): string | null =>
  isLive(item) ? textOrNull(item['ChannelName'], item['Name']) : null

/** A channel keeps its id, while its programmes change. */
const itemOf = (item: Fields): string =>
  isLive(item) ? firstText(item['ChannelId'], item['Id']) : firstText(item['Id'], item['Name'])

const titleOf = (item: Fields): string | null =>
  [item['SeriesName'], item['Name']].map(textOf).filter(Boolean).join(' - ') || null

const stateOf = (session: Fields): PlayState =>
  isYes(fieldsOf(session['PlayState'])['IsPaused']) ? 'paused' : 'playing'

const isNobody = (user: string): boolean => user === '' || /^[0-]*$/.test(user)

const isGhost = (session: Fields, { dialect, serverNow }: SessionReading): boolean => {
  if (stateOf(session) === 'paused') return false
  const heardAt = Date.parse(textOf(dialect.heardOf(session)))
  // A time that was never set is the year 1.
  return heardAt > 0 && serverNow - heardAt > GHOST_MS
}

const recordOf = (session: Fields, item: Fields, reading: SessionReading): PlayRecord => {
  const { origin, home, now } = reading
  const end = outsideAddress(session['RemoteEndPoint'])
  const where = viewerAddress(end, { ...home, saysLan: false })
  return {
    ...emptyPlay,
    ...where,
    source: origin.source,
    account: origin.accountOf(textOf(session['UserId'])),
    accountName: textOrNull(session['UserName']),
    device: textOrNull(session['DeviceId'], session['DeviceName'], where.address),
    platform: textOrNull(session['DeviceType'], session['DeviceName']),
    client: textOrNull(session['Client']),
    player: textOrNull(session['DeviceName']),
    channel: channelOf(item),
    title: titleOf(item),
    isLive: isLive(item),
    isMusic: textOf(item['MediaType']) === 'Audio',
    delivery: deliveryOfMethod(textOf(fieldsOf(session['PlayState'])['PlayMethod'])),
    startedAt: now,
    lastSeenAt: now,
  }
}

/** The play of a session; `null` for an idle device, a session without user, a theme song and a stale session. */
const playOfSession = (session: Fields, reading: SessionReading): SeenPlay | null => {
  const item = session['NowPlayingItem']
  const user = textOf(session['UserId'])
  if (!isFields(item) || isNobody(user) || EXTRAS.has(textOf(item['ExtraType']))) return null
  if (isGhost(session, reading)) return null
  const record = recordOf(session, item, reading)
  const key = playKey({ user, device: record.device ?? '', item: itemOf(item) })
  const handle = textOf(session['Id'])
  return {
    key,
    state: stateOf(session),
    record,
    handle: handle !== '' && reading.dialect.canEnd(session) ? handle : null,
  }
}

/** The plays among a server's sessions. */
export const playsOfSessions = (sessions: readonly Fields[], reading: SessionReading): SeenPlay[] =>
  sessions.flatMap((session) => playOfSession(session, reading) ?? [])
