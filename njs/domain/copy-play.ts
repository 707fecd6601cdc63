import type { PlayRecord } from './types.ts'

/** A play whose fields may still be set; those that a source leaves out are `null`. */
export type PlayCopy = { -readonly [K in keyof Required<PlayRecord>]: Required<PlayRecord>[K] }

/**
 * All copies are of one class, whose fields are there before they are set: a spread gives each place in the code objects of a layout of its own,
 * and so does a field that held numbers alone until the first `null`; whatever reads many plays would be compiled again for each layout.
 */
class Copy implements PlayCopy {
  id
  source
  account
  accountName
  group
  city
  region
  country
  latitude
  longitude
  accuracyKm
  address
  network
  isLan
  asn
  asnOrg
  device
  platform
  client
  player
  agent
  download
  playback
  door
  timing
  channel
  title
  isLive
  isMusic
  delivery
  startedAt
  lastSeenAt
  endedAt
  playedMs
  bytes
  reason

  constructor(play: PlayRecord) {
    this.id = play.id
    this.source = play.source
    this.account = play.account
    this.accountName = play.accountName
    this.group = play.group
    this.city = play.city
    this.region = play.region
    this.country = play.country
    this.latitude = play.latitude
    this.longitude = play.longitude
    this.accuracyKm = play.accuracyKm
    this.address = play.address
    this.network = play.network
    this.isLan = play.isLan
    this.asn = play.asn
    this.asnOrg = play.asnOrg
    this.device = play.device
    this.platform = play.platform
    this.client = play.client
    this.player = play.player ?? null
    this.agent = play.agent ?? null
    this.download = play.download ?? null
    this.playback = play.playback ?? null
    this.door = play.door ?? null
    this.timing = play.timing ?? null
    this.channel = play.channel
    this.title = play.title
    this.isLive = play.isLive
    this.isMusic = play.isMusic ?? null
    this.delivery = play.delivery ?? null
    this.startedAt = play.startedAt
    this.lastSeenAt = play.lastSeenAt
    this.endedAt = play.endedAt
    this.playedMs = play.playedMs
    this.bytes = play.bytes
    this.reason = play.reason
  }
}

/** A copy of a play, to be changed; also the quickest way to a new one, of an empty play. */
export const copyPlay = (play: PlayRecord): PlayCopy => new Copy(play)
