import type { PlayRecord } from '#domain/types'
import { unknownPlace } from '../../geo/geo-record.ts'

/** A play of which nothing is known yet: what a source does not say stays `null`. */
export const emptyPlay: PlayRecord = {
  id: '',
  source: '',
  account: '',
  accountName: null,
  group: null,
  address: null,
  network: null,
  isLan: false,
  ...unknownPlace,
  asn: null,
  asnOrg: null,
  device: null,
  platform: null,
  client: null,
  player: null,
  channel: null,
  title: null,
  isLive: false,
  isMusic: null,
  delivery: null,
  startedAt: 0,
  lastSeenAt: 0,
  endedAt: null,
  playedMs: null,
  bytes: null,
  reason: null,
}
