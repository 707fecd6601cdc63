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

/**
 * A 52-bit number made of the identity, which a scan compares much faster than text. Equal numbers are no
 * proof of equal identities, so nobody gains by making two collide.
 */
export function lookupKey(play: Pick<PlayRecord, 'source' | 'id'>): number {
  const identity = identityOf(play)
  let high = 0x811c_9dc5
  let low = 0x1234_5678
  for (let at = 0; at < identity.length; at += 1) {
    const code = identity.charCodeAt(at)
    high = Math.imul(high ^ code, 0x0100_0193)
    low = Math.imul(low ^ code, 0x85eb_ca6b) ^ (low >>> 13)
  }
  high = Math.imul(high ^ (low >>> 15), 0xc2b2_ae35)
  low = Math.imul(low ^ (high >>> 16), 0x27d4_eb2f)
  return ((high >>> 0) & 0xf_ffff) * 0x1_0000_0000 + ((low ^ (low >>> 14)) >>> 0)
}

/** A record as a row, with its lookup key. */
export const playRow = (play: PlayRecord): SqlValue[] => playColumns(play, lookupKey(play))

/** A record's columns, whole numbers where the table wants them. */
export const playColumns = (play: PlayRecord, key = 0): SqlValue[] =>
  PLAYS.toRow({
    ...play,
    key,
    startedAt: Math.trunc(play.startedAt),
    lastSeenAt: Math.trunc(play.lastSeenAt),
    endedAt: wholeOrNull(play.endedAt),
    playedMs: wholeOrNull(play.playedMs),
    bytes: wholeOrNull(play.bytes),
  })

const wholeOrNull = (value: number | null): number | null =>
  value === null ? null : Math.trunc(value)

/** A stored play as the rest of the program knows it. */
export function withoutKey(stored: StoredPlay): PlayRecord {
  const { key: _, ...play } = stored
  return play
}

/** A row as the record it was made of. */
export const toPlay = (row: SqlRow): PlayRecord => withoutKey(PLAYS.toRecord(row))
