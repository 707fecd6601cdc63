import type { PlayRecord } from '#domain/types'
import type { SqlRow, SqlValue } from '../../sql/sql.ts'
import { defineTable } from '../../sql/table.ts'
import { hash52 } from '../counting/hash52.ts'

/** A play as its table keeps it: with integers for finding it, and its account's. */
export interface StoredPlay extends PlayRecord {
  readonly key: number
  readonly accountKey: number
}

/** Field order is column order. */
export const PLAYS = defineTable<StoredPlay>({
  name: 'plays',
  key: 'key',
  fields: {
    key: 'int',
    accountKey: 'int',
    source: 'text',
    id: 'text',
    account: 'text',
    accountName: 'text?',
    group: 'text?',
    address: 'text?',
    network: 'text?',
    isLan: 'bool',
    country: 'text?',
    region: 'text?',
    city: 'text?',
    latitude: 'float?',
    longitude: 'float?',
    accuracyKm: 'float?',
    asn: 'int?',
    asnOrg: 'text?',
    device: 'text?',
    platform: 'text?',
    client: 'text?',
    channel: 'text?',
    title: 'text?',
    isLive: 'bool',
    startedAt: 'int',
    lastSeenAt: 'int',
    endedAt: 'int?',
    playedMs: 'int?',
    bytes: 'int?',
    reason: 'text?',
    player: 'text?',
    agent: 'text?',
    download: 'text?',
    playback: 'text?',
    door: 'text?',
    timing: 'text?',
    isMusic: 'bool?',
  },
})

/** Identity of a play: ids are unique within their source only. */
export const identityOf = (play: Pick<PlayRecord, 'source' | 'id'>): string =>
  `${play.source}\n${play.id}`

/** A number that finds a play fast. */
export const lookupKey = (play: Pick<PlayRecord, 'source' | 'id'>): number =>
  hash52(identityOf(play))

/** A record as a row, with its lookup key. */
export const playRow = (play: PlayRecord): SqlValue[] =>
  playColumns(play, lookupKey(play), hash52(play.account))

/** A record's columns, whole numbers where the table wants them. */
export const playColumns = (play: PlayRecord, key = 0, accountKey = 0): SqlValue[] =>
  PLAYS.toRow({
    ...play,
    player: play.player ?? null,
    agent: play.agent ?? null,
    download: play.download ?? null,
    playback: play.playback ?? null,
    door: play.door ?? null,
    timing: play.timing ?? null,
    isMusic: play.isMusic ?? null,
    key,
    accountKey,
    startedAt: Math.trunc(play.startedAt),
    lastSeenAt: Math.trunc(play.lastSeenAt),
    endedAt: wholeOrNull(play.endedAt),
    playedMs: wholeOrNull(play.playedMs),
    bytes: wholeOrNull(play.bytes),
  })

const wholeOrNull = (value: number | null): number | null =>
  value === null ? null : Math.trunc(value)

/**
 * A stored play as the rest of the program knows it; written out, since leaving fields out by rest makes slow
 * objects.
 */
export const withoutKey = (stored: StoredPlay): PlayRecord => ({
  id: stored.id,
  source: stored.source,
  account: stored.account,
  accountName: stored.accountName,
  group: stored.group,
  address: stored.address,
  network: stored.network,
  isLan: stored.isLan,
  country: stored.country,
  region: stored.region,
  city: stored.city,
  latitude: stored.latitude,
  longitude: stored.longitude,
  accuracyKm: stored.accuracyKm,
  asn: stored.asn,
  asnOrg: stored.asnOrg,
  device: stored.device,
  platform: stored.platform,
  client: stored.client,
  channel: stored.channel,
  title: stored.title,
  isLive: stored.isLive,
  startedAt: stored.startedAt,
  lastSeenAt: stored.lastSeenAt,
  endedAt: stored.endedAt,
  playedMs: stored.playedMs,
  bytes: stored.bytes,
  reason: stored.reason,
  player: stored.player ?? null,
  agent: stored.agent ?? null,
  download: stored.download ?? null,
  playback: stored.playback ?? null,
  door: stored.door ?? null,
  timing: stored.timing ?? null,
  isMusic: stored.isMusic ?? null,
})

/** A row as the record it was made of. */
export const toPlay = (row: SqlRow): PlayRecord => withoutKey(PLAYS.toRecord(row))
