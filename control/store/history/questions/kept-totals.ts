import type { AccountRef } from '#domain/types'
import type { Database, SqlRow } from '../../sql/sql.ts'
import { accountKey } from '../counting/account-key.ts'
import { PLAYED_MS, ranWithin, withinSql } from '../counting/play-span.ts'
import { type Edge, edgeOf } from './edges.ts'
import { Params } from './rolled-rows.ts'
import { type Span, wholeSpan } from './span.ts'
import { HAS_ANY, rawTotals, SUMS } from './totals.ts'

/** A title on demand, in SQL. */
const TITLE = 'case when is_live then null else title end'

/** `PLAYED` but for the reason, which stands in a dictionary. */
const RAN =
  '(ended_at is null or last_seen_at > started_at or coalesce(played_ms, 0) > 0 or coalesce(bytes, 0) > 0)'

/** SQL of totals by title in PostgreSQL: a play's reason, which stands in a dictionary, is looked up once they are added up. */
const byReference = ({ starts, ...span }: Edge, params: Params): string => {
  const [from, to] = [params.add(span.from), params.add(span.to)]
  const rows =
    `select e.key, kind, ${RAN} as ran, count(*) as number, count(*) filter (where started_at >= ${from}) as begun,` +
    ` sum(${withinSql(PLAYED_MS, from, to)}) as played_ms, sum(${withinSql('coalesce(bytes, 0)', from, to)}) as bytes` +
    ` from play_rows join (select id, ${TITLE} as key from play_titles where ${TITLE} is not null) as e on e.id = title` +
    ` where ${starts} and ${ranWithin(from, to)} group by 1, 2, 3`
  const has = "ran and reason is distinct from 'session.unstarted'"
  return (
    `select key, case when ${has} then number else 0 end as plays, case when ${has} then 0 else begun end as refusals,` +
    ` case when ${has} then played_ms else 0 end as played_ms, case when ${has} then r.bytes else 0 end as bytes` +
    ` from (${rows}) as r join play_kinds as k on k.id = r.kind`
  )
}

/** The titles on demand with most plays in a span, which no roll-up counts by, by the plays that are still kept; rows as those of `topTotals`. */
export const titleTotals = async (db: Database, span: Span, limit: number): Promise<SqlRow[]> => {
  const params = new Params()
  const edge = await edgeOf(db, wholeSpan(span))
  const rows = db.dialect.hasMonths
    ? byReference(edge, params)
    : rawTotals(TITLE, edge, true, params)
  const text =
    `select key, ${SUMS} from (${rows}) as parts group by key having ${HAS_ANY}` +
    ` order by plays desc, key${db.dialect.binaryCollation} limit ${params.add(limit)}`
  if (!db.dialect.hasMonths) return await db.query(text, params.values)
  // Where all is live, no play need be read.
  const any = await db.query(`select 1 as one from play_titles where ${TITLE} is not null limit 1`)
  if (any.length === 0) return []
  return await db.write(async (tx) => {
    // Every play of the span is read, which is worth the start of workers.
    await tx.query('set local max_parallel_workers_per_gather = 2')
    return await tx.query(text, params.values)
  })
}

/** The names that accounts had in their newest plays within a span; accounts without a name are left out. */
export const namesWithin = async (
  db: Database,
  accounts: readonly AccountRef[],
  span: Span,
): Promise<Map<AccountRef, string>> => {
  if (accounts.length === 0) return new Map()
  const { from, to, starts } = await edgeOf(db, wholeSpan(span))
  const rows = await db.query(
    `select distinct on (account) account, account_name from plays where ${starts} and started_at < $2::bigint` +
      ' and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= $1::bigint and account_name is not null' +
      ' and account_key in (select unnest($3::bigint[])) order by account, started_at desc',
    [from, to, accounts.map(accountKey)],
  )
  return new Map(rows.map((row) => [String(row['account']), String(row['account_name'])]))
}
