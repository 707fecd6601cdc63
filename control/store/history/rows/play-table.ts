import type { PlayRecord } from '#domain/types'
import { plainText } from '../../sql/plain-text.ts'
import type { SqlRow, SqlValue } from '../../sql/sql.ts'
import { defineTable } from '../../sql/table.ts'
import { accountKey } from '../counting/account-key.ts'
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
    delivery: 'text?',
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
  playColumns(play, lookupKey(play), accountKey(play.account))

const maybe = (text: string | null | undefined): string | null =>
  text === null || text === undefined ? null : plainText(text)

/** A record's columns in the order of `PLAYS.columns`, whole numbers where the table wants them; written out for speed. */
export const playColumns = (play: PlayRecord, key = 0, keyOfAccount = 0): SqlValue[] => [
  key,
  keyOfAccount,
  plainText(play.source),
  plainText(play.id),
  plainText(play.account),
  maybe(play.accountName),
  maybe(play.group),
  maybe(play.address),
  maybe(play.network),
  play.isLan,
  maybe(play.country),
  maybe(play.region),
  maybe(play.city),
  play.latitude ?? null,
  play.longitude ?? null,
  play.accuracyKm ?? null,
  wholeOrNull(play.asn),
  maybe(play.asnOrg),
  maybe(play.device),
  maybe(play.platform),
  maybe(play.client),
  maybe(play.channel),
  maybe(play.title),
  play.isLive,
  Math.trunc(play.startedAt),
  Math.trunc(play.lastSeenAt),
  wholeOrNull(play.endedAt),
  wholeOrNull(play.playedMs),
  wholeOrNull(play.bytes),
  maybe(play.reason),
  maybe(play.player),
  maybe(play.agent),
  maybe(play.download),
  maybe(play.playback),
  maybe(play.door),
  maybe(play.timing),
  play.isMusic ?? null,
  maybe(play.delivery),
]

const wholeOrNull = (value: number | null | undefined): number | null =>
  value === null || value === undefined ? null : Math.trunc(value)

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
  delivery: stored.delivery ?? null,
})

/** A row as the record it was made of. */
export const toPlay = (row: SqlRow): PlayRecord => withoutKey(PLAYS.toRecord(row))
