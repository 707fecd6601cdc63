import type { AccountRef, PlayRecord } from '#domain/types'
import type { Database, SqlParam, SqlRow } from '../sql/sql.ts'
import { hash52 } from './hash52.ts'
import { PLAYS, toPlay } from './play-table.ts'
import type { Amounts, Dimension } from './roll-ups.ts'
import { DAY_MS, dayOf } from './roll-ups.ts'
import { countViewers } from './viewers.ts'

/** A span of time; roll-ups answer in whole UTC days, those of `from` to that just before `to`. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface DayTotals extends Amounts {
  /** Midnight UTC. */
  readonly day: number
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

/** What the dashboard shows; all but `now` and a user's recent plays come from roll-ups. */
export interface Dashboard {
  /** Plays without an end, seen at or after a time. */
  now(seenSince: number, limit?: number): Promise<PlayRecord[]>
  user(account: AccountRef, span: Span, limit?: number): Promise<UserOverview>
  topChannels(span: Span, limit?: number): Promise<KeyTotals[]>
  topAccounts(span: Span, limit?: number): Promise<KeyTotals[]>
  perDay(span: Span): Promise<DayTotals[]>
  perCountry(span: Span, limit?: number): Promise<KeyTotals[]>
  /** Distinct accounts that played at all within the span. */
  uniqueViewers(span: Span): Promise<number>
  mapPoints(span: Span, limit?: number): Promise<MapPoint[]>
}

const SUMS =
  'sum(plays) as plays, sum(refusals) as refusals, sum(played_ms) as played_ms, sum(bytes) as bytes'

/** The dashboard's questions over a database. */
export function createDashboard(db: Database): Dashboard {
  const top = topOf(db)
  return {
    topChannels: (span, limit) => top('channel', span, limit),
    topAccounts: (span, limit) => top('account', span, limit),
    perCountry: (span, limit) => top('country', span, limit),
    now: (seenSince, limit = 500) =>
      playsWhere(
        db,
        'ended_at is null and last_seen_at >= $1 order by started_at desc, id limit $2',
        [Math.trunc(seenSince), limit],
      ),
    user: (account, span, limit = 50) => userOverview(db, { account, span, limit }),
    perDay: (span) => perDay(db, span),
    uniqueViewers: (span) => countViewers(db, ...daysOf(span)),
    async mapPoints(span, limit = 2000) {
      const rows = await top('point', span, limit)
      return rows.map(({ key, plays }) => ({ ...placeOf(key), plays }))
    },
  }
}

const topOf =
  (db: Database) =>
  async (dimension: Dimension, span: Span, limit = 20): Promise<KeyTotals[]> => {
    const text = dimension === 'account' ? TOP_ACCOUNTS : topText(dimension)
    const rows = await db.query(text, [...daysOf(span), limit])
    return rows.map((row) => ({ key: String(row['key']), ...amountsOf(row) }))
  }

const topText = (dimension: Dimension): string =>
  `select min(key) as key, ${SUMS} from days where dimension = '${dimension}'` +
  ' and day >= $1 and day < $2 group by number order by plays desc, number limit $3'

// Accounts are many: ranking them by one column and adding up only the best is half the work.
const TOP_ACCOUNTS =
  'with ranked as (select number, sum(plays) as plays from days_account where day >= $1 and day < $2' +
  ' group by number order by plays desc, number limit $3)' +
  ` select min(key) as key, ${SUMS} from days_account where day >= $1 and day < $2` +
  ' and number in (select number from ranked) group by number order by plays desc, number'

async function perDay(db: Database, span: Span): Promise<DayTotals[]> {
  const rows = await db.query(
    'select day, plays, refusals, played_ms, bytes, viewers from days' +
      " where dimension = 'total' and day >= $1 and day < $2 order by day",
    daysOf(span),
  )
  return rows.map((row) => ({
    day: count(row, 'day') * DAY_MS,
    viewers: count(row, 'viewers'),
    ...amountsOf(row),
  }))
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
  const number = hash52(account)
  const rows = await db.query(
    'select day, key, plays, refusals, played_ms, bytes from days_account where day >= $1 and day < $2 and number = $3 order by day',
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

function placeOf(key: string): Omit<MapPoint, 'plays'> {
  const [latitude, longitude, country, ...city] = key.split('|')
  return {
    latitude: Number(latitude),
    longitude: Number(longitude),
    country: country || null,
    city: city.join('|') || null,
  }
}
