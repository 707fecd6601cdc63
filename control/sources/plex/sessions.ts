import type { Delivery, PlayRecord } from '#domain/types'
import type { SeenPlay } from '../live/play-table.ts'
import { emptyPlay } from '../model/empty-play.ts'
import { type PlayState, playKey } from '../model/live-play.ts'
import {
  type Fields,
  fieldsOf,
  firstText,
  isYes,
  listOf,
  textOf,
  textOrNull,
} from '../model/read-fields.ts'
import {
  type HomeHints,
  isPrivate,
  lineOf,
  outsideAddress,
  viewerAddress,
} from '../model/remote-address.ts'

/** How a source names itself and its accounts, and what it knows of the server's home. */
export interface SessionOrigin {
  readonly source: string
  readonly accountOf: (userId: string) => string
  readonly home: Pick<HomeHints, 'isHome' | 'own'>
}

const STATES: Readonly<Record<string, PlayState>> = { paused: 'paused', buffering: 'buffering' }

/** The state of a session or of a notification. */
export const stateOf = (value: unknown): PlayState => STATES[textOf(value)] ?? 'playing'

/** `live` is the text "1" for live television. */
const isLive = (item: Fields): boolean => isYes(item['live'])

/** The call sign or number of the channel a live session shows. */
const channelOf = (item: Fields): string | null => {
  if (!isLive(item)) return null
  const media = listOf(item['Media'])[0] ?? {}
  return textOrNull(
    media['channelTitle'],
    media['channelCallSign'],
    media['channelIdentifier'],
    item['grandparentTitle'],
    item['title'],
  )
}

/** A channel keeps its number, while its programmes change. */
const itemOf = (item: Fields): string => {
  const media = listOf(item['Media'])[0] ?? {}
  return isLive(item)
    ? firstText(media['channelIdentifier'], channelOf(item), item['ratingKey'])
    : firstText(item['ratingKey'], item['key'], item['guid'], item['title'])
}

const titleOf = (item: Fields): string | null =>
  [item['grandparentTitle'], item['title']].map(textOf).filter(Boolean).join(' - ') || null

/** Through the relay the player's address is the relay's; old servers do not say `relayed`, and show their own loopback. */
const endOf = (player: Fields): unknown => {
  const { address, remotePublicAddress } = player
  const isRelayed = isYes(player['relayed']) || outsideAddress(address) === null
  if (isRelayed) return remotePublicAddress
  return isYes(player['local']) ? address : (textOrNull(remotePublicAddress) ?? address)
}

const saysLan = (player: Fields, session: Fields): boolean => {
  const location = textOf(session['location'])
  return location === '' ? isYes(player['local']) : location === 'lan'
}

/**
 * The lines a local player is seen on from outside: the public address of the server's own home. Through a proxy every
 * viewer seems local, so only private addresses count.
 */
export const ownLines = (sessions: readonly Fields[]): string[] =>
  sessions.flatMap((item) => {
    const player = fieldsOf(item['Player'])
    const isAtHome =
      saysLan(player, fieldsOf(item['Session'])) &&
      !isYes(player['relayed']) &&
      isPrivate(player['address']) &&
      !isPrivate(player['remotePublicAddress'])
    const address = isAtHome ? outsideAddress(player['remotePublicAddress']) : null
    return address === null ? [] : [lineOf(address)]
  })

const deliveryOf = (item: Fields): Delivery => {
  const transcode = item['TranscodeSession']
  if (transcode === undefined) return 'direct play'
  const { videoDecision, audioDecision } = fieldsOf(transcode)
  return [videoDecision, audioDecision].includes('transcode') ? 'transcode' : 'direct stream'
}

const userOf = (item: Fields): string => {
  const player = fieldsOf(item['Player'])
  // `User.id` is text, `Player.userID` a number, of the same user.
  return firstText(fieldsOf(item['User'])['id'], player['userID'])
}

/** The name the server counts a session by; it begins anew when the server restarts. */
export const sessionKeyOf = (item: Fields): string => textOf(item['sessionKey'])

const recordOf = (item: Fields, origin: SessionOrigin, now: number): PlayRecord => {
  const player = fieldsOf(item['Player'])
  const hints = { ...origin.home, saysLan: saysLan(player, fieldsOf(item['Session'])) }
  const where = viewerAddress(outsideAddress(endOf(player)), hints)
  return {
    ...emptyPlay,
    ...where,
    source: origin.source,
    account: origin.accountOf(userOf(item)),
    accountName: textOrNull(fieldsOf(item['User'])['title']),
    // Players without an id of their own, DLNA for one, are named by what they are and where.
    device: textOrNull(player['machineIdentifier'], player['title'], where.address),
    platform: textOrNull(player['platform'], player['device']),
    client: textOrNull(player['product']),
    player: textOrNull(player['title']),
    channel: channelOf(item),
    title: titleOf(item),
    isLive: isLive(item),
    isMusic: textOf(item['type']) === 'track',
    delivery: deliveryOf(item),
    startedAt: now,
    lastSeenAt: now,
  }
}

/** A session as a play; `null` for one without a user. `handle` is `Session.id`, which some players (Plexamp) have none of. */
export const playOfSession = (
  item: Fields,
  origin: SessionOrigin,
  now: number,
): SeenPlay | null => {
  const user = userOf(item)
  if (user === '') return null
  const record = recordOf(item, origin, now)
  const key = playKey({ user, device: record.device ?? '', item: itemOf(item) })
  return {
    key,
    state: stateOf(fieldsOf(item['Player'])['state']),
    record,
    handle: textOrNull(fieldsOf(item['Session'])['id']),
  }
}
