import type { PlayRecord } from '#domain/types'
import type { ListQuery, Page } from '../sql/list-query.ts'
import { listStatement, pageOf } from '../sql/list-query.ts'
import type { Database } from '../sql/sql.ts'
import { countQuarterPeaks } from './counting/quarter-peaks.ts'
import { countOlderQuarters, type OlderCount, readOlderCount } from './counting/write-quarters.ts'
import type { Dashboard } from './dashboard.ts'
import { createDashboard } from './dashboard.ts'
import { createKnownAccounts, createKnownDays, createKnownPlays } from './known-accounts.ts'
import { createPlayReader, type PlayReader } from './play-reader.ts'
import { PLAYS, type StoredPlay, withoutKey } from './rows/play-table.ts'
import { closeSilentPlays, prunePlays, type Upserted, upsertPlays } from './upsert-plays.ts'

/** The history of plays. */
export interface History extends PlayReader {
  readonly dashboard: Dashboard
  /** Adds or completes plays and their roll-ups in one transaction; idempotent. */
  upsertPlays(records: readonly PlayRecord[]): Promise<Upserted>
  /** One play, or null. */
  play(source: string, id: string): Promise<PlayRecord | null>
  /** The plays with these identities, for folding events into them. */
  plays(identities: readonly Pick<PlayRecord, 'source' | 'id'>[]): Promise<PlayRecord[]>
  /** Ends plays that were silently abandoned, at most 5,000 at a time; answers how many. */
  closeSilent(seenBefore: number): Promise<number>
  list(query?: ListQuery<PlayRecord>): Promise<Page<PlayRecord>>
  /** Forgets plays last seen before a time and keeps their roll-ups; late news of them is ignored from then on. */
  prune(before: number): Promise<number>
  /** Counts some hours of what an older version has not counted by quarters of an hour; false where nothing is left. */
  countOlder(): Promise<boolean>
  /** Counts the most plays at once of some hours before a moment (Unix ms), where quarters of an hour are counted; false where nothing is left. */
  countPeaks(before: number): Promise<boolean>
  /** How far the counting of what an older version has not counted is; null where nothing is left. */
  olderCount(): Promise<OlderCount | null>
}

/** The history over a database. */
export function createHistory(db: Database): History {
  const select = 'select distinct account_key as number from plays'
  const isAlone = db.dialect.exclusive === null
  const known = isAlone ? createKnownAccounts(db, select) : null
  const knownRows = isAlone ? { plays: createKnownPlays(db), days: createKnownDays(db) } : null
  const reader = createPlayReader(db, known)
  let hasUncounted = db.dialect.hasMonths
  return {
    ...reader,
    dashboard: createDashboard(db),
    upsertPlays: (records) => {
      known?.add(records.map(({ account }) => account))
      return upsertPlays(db, records, knownRows)
    },
    play: async (source, id) => (await reader.plays([{ source, id }]))[0] ?? null,
    closeSilent: (seenBefore) => closeSilentPlays(db, seenBefore, knownRows),
    prune: (before) => prunePlays(db, before),
    countOlder: async () => {
      hasUncounted &&= await countOlderQuarters(db)
      return hasUncounted
    },
    countPeaks: async (before) => db.dialect.hasMonths && (await countQuarterPeaks(db, before)),
    olderCount: async () => (hasUncounted ? await readOlderCount(db) : null),
    async list(query = {}) {
      const asked = query as ListQuery<StoredPlay>
      const { text, params } = listStatement(PLAYS, asked, db.dialect)
      const { rows, next } = pageOf(PLAYS, asked, await db.query(text, params))
      return { rows: rows.map(withoutKey), next }
    },
  }
}
