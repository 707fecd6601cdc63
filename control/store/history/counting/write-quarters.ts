import type { PlayRecord } from '#domain/types'
import { writeExclusively } from '../../sql/exclusive.ts'
import { plainText } from '../../sql/plain-text.ts'
import type { Database, Sql } from '../../sql/sql.ts'
import { accountKey } from './account-key.ts'
import { readHorizon } from './horizon.ts'
import { END, PLAYED, PLAYED_MS, withinSql } from './play-span.ts'
import { QUARTER_MS, QuarterDelta, startsOfShort } from './quarters.ts'
import { numberOf } from './roll-ups.ts'

/** Setting that names the quarter from which on all are counted. */
const SINCE = 'history.quarters_since'
/** Before every quarter. */
const ALL = Number.MIN_SAFE_INTEGER
const SINCE_SQL = `(select value::bigint from settings where key = '${SINCE}')`

const ADD_TOTALS =
  'insert into quarters as t (quarter, plays, refusals, carried, played_ms, bytes)' +
  ' select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) as d (quarter, plays, refusals, carried, played_ms, bytes)' +
  ` where quarter >= ${SINCE_SQL}` +
  ' on conflict (quarter) do update set plays = t.plays + excluded.plays, refusals = t.refusals + excluded.refusals,' +
  ' carried = t.carried + excluded.carried, played_ms = t.played_ms + excluded.played_ms, bytes = t.bytes + excluded.bytes, peak = null'

/** Accounts and quarters of the parameters: the keys once, then the number of a key and a quarter in turn. */
const NAMED =
  '(select k.id, k.key, s.quarter from unnest($1::text[]) with ordinality as a (key, n)' +
  ` join counted_keys as k on k.dimension = ${numberOf('account')} and k.key = a.key` +
  ` join unnest($2::bigint[], $3::bigint[]) as s (n, quarter) on s.n = a.n where s.quarter >= ${SINCE_SQL})`

const BITS =
  'quarter >> 2 as hour, id >> 12 as part, bit_or(bit_of_quarter(id, quarter)) as accounts'

const ADD_VIEWERS =
  `insert into quarter_viewers as t (hour, part, accounts) select ${BITS} from ${NAMED} as s group by 1, 2` +
  ' on conflict (hour, part) do update set accounts = t.accounts | excluded.accounts where t.accounts & excluded.accounts <> excluded.accounts'

/** A play that changed may have been the only one of its account in a quarter. */
const TAKE_VIEWERS =
  `with played as materialized (select account, started_at, ${END} as until from plays` +
  ` where account_key = any($4::bigint[]) and ${startsOfShort('$5::bigint', '$6::bigint')} and ${PLAYED}),` +
  ` gone as (select ${BITS} from ${NAMED} as s where not exists (select from played as p where p.account = s.key` +
  ` and p.started_at < (s.quarter + 1) * ${QUARTER_MS} and (p.started_at >= s.quarter * ${QUARTER_MS} or p.until > s.quarter * ${QUARTER_MS})) group by 1, 2)` +
  ' update quarter_viewers as t set accounts = t.accounts & ~g.accounts from gone as g where t.hour = g.hour and t.part = g.part'

/** Accounts' quarters that fulfil a condition, as `NAMED` takes them. */
const pairsOf = (
  { accounts }: QuarterDelta,
  has: (count: number, quarter: number) => boolean,
): [string[], number[], number[]] => {
  const keys: string[] = []
  const [numbers, quarters]: [number[], number[]] = [[], []]
  for (const [account, counts] of accounts) {
    const own = [...counts].filter(([quarter, count]) => has(count, quarter))
    if (own.length === 0) continue
    keys.push(plainText(account))
    for (const [quarter] of own) {
      numbers.push(keys.length)
      quarters.push(quarter)
    }
  }
  return [keys, numbers, quarters]
}

const addTotals = async (tx: Sql, delta: QuarterDelta): Promise<void> => {
  const parts = [...delta.totals.values()]
  if (parts.length === 0) return
  await tx.query(ADD_TOTALS, [
    [...delta.totals.keys()],
    parts.map(({ plays }) => plays),
    parts.map(({ refusals }) => refusals),
    parts.map(({ carried }) => carried),
    parts.map(({ playedMs }) => playedMs),
    parts.map(({ bytes }) => bytes),
  ])
}

const takeViewers = async (tx: Sql, delta: QuarterDelta): Promise<void> => {
  // Who watched is still true where the plays that tell are forgotten.
  const known = Math.ceil((await readHorizon(tx)) / QUARTER_MS)
  const [keys, numbers, quarters] = pairsOf(delta, (n, quarter) => n < 0 && quarter >= known)
  if (keys.length === 0) return
  const from = quarters.reduce((least, quarter) => Math.min(least, quarter)) * QUARTER_MS
  const to = (quarters.reduce((most, quarter) => Math.max(most, quarter)) + 1) * QUARTER_MS
  await tx.query(TAKE_VIEWERS, [keys, numbers, quarters, keys.map(accountKey), from, to])
}

/** Counts plays that were written and takes back what they replaced, once days are counted; inside a transaction. */
export const writeQuarters = async (
  tx: Sql,
  {
    rows,
    replaced,
  }: { readonly rows: readonly PlayRecord[]; readonly replaced: readonly PlayRecord[] },
): Promise<void> => {
  const delta = new QuarterDelta()
  for (const play of replaced) delta.count(play, -1)
  for (const play of rows) delta.count(play, 1)
  await addTotals(tx, delta)
  const gained = pairsOf(delta, (n) => n > 0)
  if (gained[0].length > 0) await tx.query(ADD_VIEWERS, gained)
  await takeViewers(tx, delta)
}

/** The quarter (counted from 1970) from which on all are counted; `ALL` where every one is. */
export const readQuartersSince = async (sql: Pick<Sql, 'query'>): Promise<number> => {
  const rows = await sql.query('select value from settings where key = $1', [SINCE])
  return Number(rows[0]?.['value'] ?? Number.MAX_SAFE_INTEGER)
}

const note = async (tx: Sql, quarter: number): Promise<void> => {
  await tx.query('update settings set value = $2, updated_at = $3 where key = $1', [
    SINCE,
    String(quarter),
    Date.now(),
  ])
}

/** Quarters that are counted at once: six hours, so that nobody waits long to write. */
const STEP = 24
/** Quarters from the beginning of a play to where the last that it may count in is over. */
const REACH = 194

/** The plays of the quarters from $1 to just before $2, once for each they ran in. */
const PARTS =
  `with runs as (select account, started_at, last_seen_at, ended_at, played_ms, bytes, reason, ${END} as until from plays where ${startsOfShort(`$1::bigint * ${QUARTER_MS}`, `$2::bigint * ${QUARTER_MS}`)}` +
  ` and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= $1::bigint * ${QUARTER_MS}),` +
  ` numbered as (select r.*, ${PLAYED} as has_played, generate_series(greatest(floor(started_at / ${QUARTER_MS}.0)::bigint, $1::bigint),` +
  ` least(floor((case when ${PLAYED} then greatest(until - 1, started_at) else started_at end) / ${QUARTER_MS}.0)::bigint, $2::bigint - 1)) as quarter from runs as r),` +
  ` cut as (select *, quarter * ${QUARTER_MS} as a, (quarter + 1) * ${QUARTER_MS} as b from numbered),` +
  ' parts as materialized (select quarter, account, has_played, started_at >= a as is_first,' +
  ` case when has_played then ${withinSql(PLAYED_MS, 'a', 'b')} else 0 end as played_ms,` +
  ` case when has_played then ${withinSql('coalesce(bytes, 0)', 'a', 'b')} else 0 end as bytes from cut)`

const FILL =
  `${PARTS}, totals as (insert into quarters (quarter, plays, refusals, carried, played_ms, bytes)` +
  ' select quarter, count(*) filter (where has_played and is_first), count(*) filter (where not has_played),' +
  ' count(*) filter (where has_played and not is_first), sum(played_ms), sum(bytes) from parts group by 1 order by 1)' +
  ` insert into quarter_viewers as t (hour, part, accounts) select ${BITS} from (select distinct k.id, p.quarter from parts as p` +
  ` join counted_keys as k on k.dimension = ${numberOf('account')} and k.key = p.account where p.has_played) as s group by 1, 2 order by 1, 2` +
  ' on conflict (hour, part) do update set accounts = t.accounts | excluded.accounts'

/** How far older plays are counted by quarters of an hour, times in Unix ms. */
export interface OlderCount {
  /** From here on all are counted. */
  readonly since: number
  /** 0 to 1. */
  readonly share: number
}

/** What is left to count; null where everything is. */
export const readOlderCount = async (db: Pick<Sql, 'query'>): Promise<OlderCount | null> => {
  const quarter = await readQuartersSince(db)
  if (quarter === ALL) return null
  const [row] = await db.query(
    'select min(started_at) as oldest, max(started_at) as newest from play_rows',
  )
  const oldest = row?.['oldest'] ?? null
  if (oldest === null) return null
  const newest = Number(row?.['newest'])
  const since = Math.min(quarter * QUARTER_MS, newest)
  const left = (since - Number(oldest)) / Math.max(1, newest - Number(oldest))
  return { since, share: 1 - Math.min(1, Math.max(0, left)) }
}

/** Counts the newest hours that are not counted yet; false where all are. */
export const countOlderQuarters = async (db: Database): Promise<boolean> => {
  if ((await readQuartersSince(db)) === ALL) return false
  return await writeExclusively(db, async (tx) => {
    const since = await readQuartersSince(tx)
    const [row] = await tx.query(
      'select max(started_at) as newest from play_rows where started_at < $1',
      [since * QUARTER_MS],
    )
    const newest = row?.['newest'] ?? null
    if (since === ALL || newest === null) {
      await note(tx, ALL)
      return false
    }
    // Nothing runs for longer after the newest play.
    const to = Math.min(since, Math.floor(Number(newest) / QUARTER_MS) + REACH)
    await tx.query(FILL, [to - STEP, to])
    await note(tx, to - STEP)
    return true
  })
}
