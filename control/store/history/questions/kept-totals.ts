import type { AccountRef } from '#domain/types'
import type { Database, SqlRow } from '../../sql/sql.ts'
import { hash52 } from '../counting/hash52.ts'
import { edgeOf } from './edges.ts'
import { Params } from './rolled-rows.ts'
import { type Span, wholeSpan } from './span.ts'
import { HAS_ANY, rawTotals, SUMS } from './totals.ts'

/** What no roll-up counts by: titles on demand, kinds of devices, where plays were served, and how media servers delivered them. */
const KEYS = {
  title: 'case when is_live then null else title end',
  device: 'coalesce(platform, client)',
  edge: 'source',
  delivery: 'delivery',
} as const

/** What plays are counted by one by one. */
export type KeptKey = keyof typeof KEYS

/** The keys with most plays in a span, by the plays that are still kept; rows as those of `topTotals`. */
export const keptTotals = async (
  db: Database,
  by: KeptKey,
  span: Span,
  limit: number,
): Promise<SqlRow[]> => {
  const params = new Params()
  const rows = rawTotals(KEYS[by], await edgeOf(db, wholeSpan(span)), true, params)
  return await db.query(
    `select key, ${SUMS} from (${rows}) as parts group by key having ${HAS_ANY}` +
      ` order by plays desc, key${db.dialect.binaryCollation} limit ${params.add(limit)}`,
    params.values,
  )
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
    [from, to, accounts.map(hash52)],
  )
  return new Map(rows.map((row) => [String(row['account']), String(row['account_name'])]))
}
