import { hash } from 'node:crypto'
import type { PlayRecord } from '#domain/types'
import type { SqlRow, SqlValue } from '../sql.ts'
import { defineTable } from '../table.ts'

/** A play as its table keeps it: with a short integer for finding it. */
export interface StoredPlay extends PlayRecord {
  readonly key: number
}

/** Field order is column order. */
export const PLAYS = defineTable<StoredPlay>({
  name: 'plays',
  key: 'key',
  fields: {
    key: 'int',
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
  },
})

/** What tells plays apart: ids are unique within their source only. */
export const identityOf = (play: Pick<PlayRecord, 'source' | 'id'>): string =>
  `${play.source}\n${play.id}`

/** The first 52 bits of SHA-256 over the identity: a number a scan compares fast. Equal keys are no proof. */
export const lookupKey = (play: Pick<PlayRecord, 'source' | 'id'>): number =>
  Number.parseInt(hash('sha256', identityOf(play), 'hex').slice(0, 13), 16)

/** A record as a row, whole numbers where the table wants them. */
export function playRow(play: PlayRecord): SqlValue[] {
  return PLAYS.toRow({
    ...play,
    key: lookupKey(play),
    startedAt: Math.trunc(play.startedAt),
    lastSeenAt: Math.trunc(play.lastSeenAt),
    endedAt: play.endedAt === null ? null : Math.trunc(play.endedAt),
    playedMs: play.playedMs === null ? null : Math.trunc(play.playedMs),
    bytes: play.bytes === null ? null : Math.trunc(play.bytes),
  })
}

/** A stored play as the rest of the program knows it. */
export function withoutKey(stored: StoredPlay): PlayRecord {
  const { key: _, ...play } = stored
  return play
}

/** A row as the record it was made of. */
export const toPlay = (row: SqlRow): PlayRecord => withoutKey(PLAYS.toRecord(row))
