import type { PlayRecord } from '#domain/types'
import { heavierDelivery } from '#domain/viewer/delivery'
import { identityOf, playColumns } from './rows/play-table.ts'

/**
 * Merges two records of one play. The later one wins, what it does not know is taken from the
 * other, and times and amounts only grow: so the order of arrival does not matter.
 */
export function mergePlay(a: PlayRecord, b: PlayRecord): PlayRecord {
  const [late, early] = isLater(b, a) ? [b, a] : [a, b]
  return {
    id: late.id,
    source: late.source,
    account: late.account,
    accountName: either(late.accountName, early.accountName),
    group: either(late.group, early.group),
    address: either(late.address, early.address),
    network: either(late.network, early.network),
    isLan: late.isLan,
    country: either(late.country, early.country),
    region: either(late.region, early.region),
    city: either(late.city, early.city),
    latitude: either(late.latitude, early.latitude),
    longitude: either(late.longitude, early.longitude),
    accuracyKm: either(late.accuracyKm, early.accuracyKm),
    asn: either(late.asn, early.asn),
    asnOrg: either(late.asnOrg, early.asnOrg),
    device: either(late.device, early.device),
    platform: either(late.platform, early.platform),
    client: either(late.client, early.client),
    channel: either(late.channel, early.channel),
    title: either(late.title, early.title),
    isLive: late.isLive,
    startedAt: Math.min(a.startedAt, b.startedAt),
    lastSeenAt: late.lastSeenAt,
    endedAt: late.endedAt,
    playedMs: larger(a.playedMs, b.playedMs),
    bytes: larger(a.bytes, b.bytes),
    player: told(late.player, early.player),
    agent: told(late.agent, early.agent),
    download: told(late.download, early.download),
    playback: told(late.playback, early.playback),
    door: told(late.door, early.door),
    timing: told(late.timing, early.timing),
    isMusic: told(late.isMusic, early.isMusic),
    delivery: heavierDelivery(late.delivery, early.delivery),
    reason: late.endedAt === null ? late.reason : (late.reason ?? early.reason),
  }
}

const either = <T>(late: T | null, early: T | null): T | null => late ?? early

/** The same for what a source may leave out. */
const told = <T>(late: T | null | undefined, early: T | null | undefined): T | null =>
  late ?? early ?? null

/** Of two records of one moment the one with an end is the later one. */
const isLater = (a: PlayRecord, b: PlayRecord): boolean =>
  a.lastSeenAt > b.lastSeenAt ||
  (a.lastSeenAt === b.lastSeenAt && (a.endedAt !== null || b.endedAt === null))

const larger = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

/** One record per play, by identity. */
export function foldPlays(records: Iterable<PlayRecord>): Map<string, PlayRecord> {
  const plays = new Map<string, PlayRecord>()
  for (const record of records) {
    const identity = identityOf(record)
    const known = plays.get(identity)
    plays.set(identity, known === undefined ? record : mergePlay(known, record))
  }
  return plays
}

/** Whether nothing a history keeps differs. */
export function isSamePlay(a: PlayRecord, b: PlayRecord): boolean {
  // What is reported anew differs here nearly always.
  if (Math.trunc(a.lastSeenAt) !== Math.trunc(b.lastSeenAt)) return false
  const other = playColumns(b)
  return playColumns(a).every((value, index) => value === other[index])
}
