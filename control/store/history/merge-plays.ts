import type { PlayRecord } from '#domain/types'
import { identityOf, playColumns } from './play-table.ts'

/**
 * Two tellings of one play become one. The later one wins, what it does not know is taken from the
 * other, and times and amounts only grow: so the order of arrival does not matter.
 */
export function mergePlay(a: PlayRecord, b: PlayRecord): PlayRecord {
  const [late, early] = isLater(b, a) ? [b, a] : [a, b]
  const known = Object.fromEntries(Object.entries(late).filter(([, value]) => value !== null))
  return {
    ...early,
    ...known,
    startedAt: Math.min(a.startedAt, b.startedAt),
    endedAt: late.endedAt,
    reason: late.endedAt === null ? late.reason : (late.reason ?? early.reason),
    playedMs: larger(a.playedMs, b.playedMs),
    bytes: larger(a.bytes, b.bytes),
  }
}

/** At one moment the telling that knows the end is the later one. */
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
  const other = playColumns(b)
  return playColumns(a).every((value, index) => value === other[index])
}
