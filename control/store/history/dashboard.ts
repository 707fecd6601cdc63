import type { AccountRef, PlayRecord } from '#domain/types'
import type { Database, SqlParam, SqlRow } from '../sql/sql.ts'
import { accountKey } from './counting/account-key.ts'
import type { Amounts } from './counting/roll-ups.ts'
import { DAY_MS, dayOf } from './counting/roll-ups.ts'
import { namesWithin, titleTotals } from './questions/kept-totals.ts'
import { type Level, levelsOf } from './questions/levels.ts'
import { localHours, localMidnights } from './questions/local-periods.ts'
import { type MapPlays, mapPlays } from './questions/map-plays.ts'
import { mapPoints } from './questions/map-points.ts'
import { type Peak, peakOf } from './questions/peak.ts'
import { periodsFrom, utcDays } from './questions/periods.ts'
import type { Span } from './questions/span.ts'
import { type Keyed, topTotals } from './questions/totals.ts'
import { viewersOf } from './questions/viewers-of.ts'
import { PLAYS, toPlay } from './rows/play-table.ts'
import { playRowsOf } from './rows/rows-of.ts'

export type { Span } from './questions/span.ts'

export interface DayTotals extends Amounts {
  /** When the day begins (Unix ms): midnight UTC, or that of the zone asked for. */
  readonly day: number
  readonly viewers: number
}

export interface HourTotals extends Amounts {
  /** When the hour begins (Unix ms). */
  readonly hour: number
  readonly viewers: number
}

export interface KeyTotals extends Amounts {
  readonly key: string
}

/** Plays near one place. */
export interface MapPoint {
  readonly latitude: number
  readonly longitude: number
  readonly country: string | null
  readonly city: string | null
  readonly plays: number
}

export interface UserOverview {
  readonly account: AccountRef
  readonly days: readonly (Amounts & { readonly day: number })[]
  readonly recent: readonly PlayRecord[]
}

/**
 * What the dashboard shows. A play counts in every day and hour it ran, its time and bytes evenly; what still runs
 * counts up to when it was seen last. Whole UTC days come from roll-ups, what is left of a span from single plays.
 */
export interface Dashboard {
  /** Plays without an end, seen at or after a time. */
  now(seenSince: number, limit?: number): Promise<PlayRecord[]>
  user(account: AccountRef, span: Span, limit?: number): Promise<UserOverview>
  topChannels(span: Span, limit?: number): Promise<KeyTotals[]>
  topAccounts(span: Span, limit?: number): Promise<KeyTotals[]>
  /** Days of a time zone (IANA), UTC where left out; days without plays are left out. Throws a RangeError for an unknown zone. */
  perDay(span: Span, zone?: string): Promise<DayTotals[]>
  /** Hours of a time zone, at most those of 35 days. */
  perHour(span: Span, zone?: string): Promise<HourTotals[]>
  /** The most plays at once. */
  peak(span: Span): Promise<Peak>
  /** What ran at moments that divide a span evenly, its ends among them. */
  levels(span: Span, points: number): Promise<Level[]>
  perCountry(span: Span, limit?: number): Promise<KeyTotals[]>
  /** Titles on demand, by the plays that are kept. */
  topTitles(span: Span, limit?: number): Promise<KeyTotals[]>
  /** Kinds of devices (platform, else player), sources (`edge:…`, `plex:…`), or how media servers delivered. */
  topOf(by: 'device' | 'edge' | 'delivery', span: Span, limit?: number): Promise<KeyTotals[]>
  /** The names accounts had in their newest plays within a span. */
  names(accounts: readonly AccountRef[], span: Span): Promise<Map<AccountRef, string>>
  /** Distinct accounts that played at all within the span. */
  uniqueViewers(span: Span): Promise<number>
  mapPoints(span: Span, limit?: number): Promise<MapPoint[]>
  /** Single plays with their positions, the newest first. */
  mapPlays(span: Span, limit: number): Promise<MapPlays>
}

/** The dashboard's questions over a database. */
export function createDashboard(db: Database): Dashboard {
  const top = topOf(db)
  return {
    topChannels: (span, limit) => top('channel', span, limit),
    topAccounts: (span, limit) => top('account', span, limit),
    perCountry: (span, limit) => top('country', span, limit),
    topOf: top,
    async topTitles(span, limit = 20) {
      return (await titleTotals(db, span, limit)).map(keyTotalsOf)
    },
    names: (accounts, span) => namesWithin(db, accounts, span),
    async now(seenSince, limit = 500) {
      const seen = Math.trunc(seenSince)
      const starts = await playRowsOf(db).startsOf(db, seen)
      const where = `ended_at is null and last_seen_at >= $1 and ${starts} order by started_at desc, id limit $2`
      return await playsWhere(db, where, [seen, limit])
    },
    user: (account, span, limit = 50) => userOverview(db, { account, span, limit }),
    perDay: (span, zone) => perDay(db, span, zone),
    perHour: (span, zone) => perHour(db, span, zone),
    peak: (span) => peakOf(db, span),
    levels: (span, points) => levelsOf(db, span, points),
    uniqueViewers: (span) => viewersOf(db, span),
    mapPlays: (span, limit) => mapPlays(db, span, limit),
    async mapPoints(span, limit = 2000) {
      const rows = await mapPoints(db, span, limit)
      return rows.map((row) => ({ ...placeOf(String(row['key'])), plays: count(row, 'plays') }))
    },
  }
}

const topOf =
  (db: Database) =>
  async (dimension: Keyed, span: Span, limit = 20): Promise<KeyTotals[]> => {
    const rows = await topTotals(db, dimension, span, limit)
    return rows.map(keyTotalsOf)
  }

async function perDay(db: Database, span: Span, zone = 'UTC'): Promise<DayTotals[]> {
  const periods =
    zone === 'UTC'
      ? await utcDays(db, span)
      : await periodsFrom(db, localMidnights(zone, span), span)
  return periods.map(({ start, ...totals }) => ({ day: start, ...totals }))
}

/** Hours of at most so many days are answered. */
const HOURS_OF_DAYS = 35

async function perHour(db: Database, span: Span, zone = 'UTC'): Promise<HourTotals[]> {
  const from = Math.max(span.from, span.to - HOURS_OF_DAYS * DAY_MS)
  const asked = { from, to: span.to }
  const periods = await periodsFrom(db, localHours(zone, asked), asked)
  return periods.map(({ start, ...totals }) => ({ hour: start, ...totals }))
}

interface UserQuestion {
  readonly account: AccountRef
  readonly span: Span
  readonly limit: number
}

async function userOverview(
  db: Database,
  { account, span, limit }: UserQuestion,
): Promise<UserOverview> {
  // The text is compared here: in the statement it would cost more than finding the rows.
  const number = accountKey(account)
  const rows = await db.query(
    'select day, key, plays + carried as plays, refusals, played_ms, bytes from days_account where day >= $1 and day < $2 and number = $3 order by day',
    [...daysOf(span), number],
  )
  const days = rows
    .filter((row) => row['key'] === account)
    .map((row) => ({ day: count(row, 'day') * DAY_MS, ...amountsOf(row) }))
  const from = Math.max(span.from, sinceWhen(days, limit))
  const plays = await playsWhere(
    db,
    'account_key = $1 and started_at >= $2 and started_at < $3 order by started_at desc limit $4',
    [number, Math.trunc(from), Math.trunc(span.to), limit],
  )
  const recent = plays.filter((play) => play.account === account)
  return { account, days, recent }
}

/** The day from which on there are enough sessions, so that older ones need not be looked at. */
function sinceWhen(days: UserOverview['days'], enough: number): number {
  let found = 0
  // The newest day may reach beyond the span, and so counts for nothing.
  for (const { day, plays, refusals } of days.slice(0, -1).toReversed()) {
    found += plays + refusals
    if (found >= enough) return day
  }
  return 0
}

async function playsWhere(
  db: Database,
  condition: string,
  params: readonly SqlParam[],
): Promise<PlayRecord[]> {
  const rows = await db.query(`select ${PLAYS.select} from plays where ${condition}`, params)
  return rows.map(toPlay)
}

const daysOf = (span: Span): [number, number] => [dayOf(span.from), dayOf(span.to - 1) + 1]

const count = (row: SqlRow | undefined, name: string): number => Number(row?.[name] ?? 0)

const amountsOf = (row: SqlRow): Amounts => ({
  plays: count(row, 'plays'),
  refusals: count(row, 'refusals'),
  playedMs: count(row, 'played_ms'),
  bytes: count(row, 'bytes'),
})

const keyTotalsOf = (row: SqlRow): KeyTotals => ({ key: String(row['key']), ...amountsOf(row) })

function placeOf(key: string): Omit<MapPoint, 'plays'> {
  const [latitude, longitude, country, ...city] = key.split('|')
  return {
    latitude: Number(latitude),
    longitude: Number(longitude),
    country: country || null,
    city: city.join('|') || null,
  }
}
