import type { Database, Dialect, SqlParam, SqlRow } from '../../sql/sql.ts'
import { PLAYED, PLAYED_MS, ranWithin, withinSql } from '../counting/play-span.ts'
import type { Dimension } from '../counting/roll-ups.ts'
import { type AskedParts, type Edge, partsFor } from './edges.ts'
import { Params, rolledRows } from './rolled-rows.ts'
import type { Span, SpanParts } from './span.ts'

type Keyed = Exclude<Dimension, 'point' | 'total'>

const KEYS: Readonly<Record<Keyed, string>> = {
  channel: 'coalesce(channel, title)',
  country: 'country',
  account: 'account',
}

const AMOUNTS = ['plays', 'refusals', 'played_ms', 'bytes'] as const

/** Amounts added up, in SQL. */
export const SUMS = AMOUNTS.map((name) => `cast(sum(${name}) as bigint) as ${name}`).join(', ')

/** Whether anything was counted, in SQL. */
export const HAS_ANY = 'sum(plays) > 0 or sum(refusals) > 0'

/** Totals of single plays within a span, by key; `isFirst` counts those that had begun before it, too. */
export const rawTotals = (key: string, span: Edge, isFirst: boolean, params: Params): string => {
  const [from, to] = [params.add(span.from), params.add(span.to)]
  const counted = isFirst ? PLAYED : `${PLAYED} and started_at >= ${from}`
  return (
    `select ${key} as key, sum(case when ${counted} then 1 else 0 end) as plays,` +
    ` sum(case when not ${PLAYED} and started_at >= ${from} then 1 else 0 end) as refusals,` +
    ` sum(case when ${PLAYED} then ${withinSql(PLAYED_MS, from, to)} else 0 end) as played_ms,` +
    ` sum(case when ${PLAYED} then ${withinSql('coalesce(bytes, 0)', from, to)} else 0 end) as bytes` +
    ` from plays where ${span.starts} and ${ranWithin(from, to)} and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= ${from}` +
    ` and ${key} is not null group by 1`
  )
}

/** What a table of days by account has of whole days; those that had begun before are counted on the first. */
const accountRows = (
  name: 'key' | 'account',
  { firstDay, endDay, head }: SpanParts,
  params: Params,
): string => {
  const [from, to] = [params.add(firstDay), params.add(endDay)]
  const begun = head === null ? ` + case when day = ${from} then carried else 0 end` : ''
  const table = name === 'key' ? 'days_account' : 'account_days'
  return `select ${name}, plays${begun} as plays, refusals, played_ms, bytes from ${table} where day >= ${from} and day < ${to}`
}

interface Statement {
  readonly text: string
  readonly params: readonly SqlParam[]
}

interface Asked {
  readonly parts: AskedParts
  readonly limit: number
  readonly dialect: Dialect
}

/** Accounts where their days are narrow rows: added up by number, and only the first are named. */
const numberedAccounts = ({ parts, limit, dialect }: Asked): Statement => {
  const { head, tail, firstDay, endDay } = parts
  const params = new Params()
  const numbered = (span: Edge, isFirst: boolean): string =>
    `select k.id as account, r.plays, r.refusals, r.played_ms, r.bytes from (${rawTotals('account', span, isFirst, params)}) as r` +
    ' join account_keys as k on k.key = r.key'
  const pieces = [
    ...(head === null ? [] : [numbered(head, true)]),
    ...(firstDay < endDay ? [accountRows('account', parts, params)] : []),
    ...(tail === null ? [] : [numbered(tail, false)]),
  ]
  const most = params.add(limit)
  const sums = `select account, ${SUMS} from (${pieces.join(' union all ')}) as parts group by account having ${HAS_ANY}`
  const text =
    `select k.key, s.plays, s.refusals, s.played_ms, s.bytes from (${sums} order by sum(plays) desc fetch first (${most}) rows with ties) as s` +
    ` join account_keys as k on k.id = s.account order by s.plays desc, k.key${dialect.binaryCollation} limit ${most}`
  return { text, params: params.values }
}

const byKey = (dimension: Keyed, { parts, limit, dialect }: Asked): Statement => {
  const { head, tail, firstDay, endDay } = parts
  const params = new Params()
  const key = KEYS[dimension]
  const rows = (): string =>
    dimension === 'account'
      ? accountRows('key', parts, params)
      : `select key, plays, refusals, played_ms, bytes from (${rolledRows(dimension, parts, params, dialect)}) as rolled`
  const pieces = [
    ...(head === null ? [] : [rawTotals(key, head, true, params)]),
    ...(firstDay < endDay ? [rows()] : []),
    ...(tail === null ? [] : [rawTotals(key, tail, false, params)]),
  ]
  const text =
    `select key, ${SUMS} from (${pieces.join(' union all ')}) as parts group by key having ${HAS_ANY}` +
    ` order by plays desc, key${dialect.binaryCollation} limit ${params.add(limit)}`
  return { text, params: params.values }
}

/** The keys with most plays in a span, a row each: key, plays, refusals, played_ms, bytes. */
export const topTotals = async (
  db: Database,
  dimension: Keyed,
  span: Span,
  limit: number,
): Promise<SqlRow[]> => {
  const { dialect } = db
  const asked = { parts: await partsFor(db, span), limit, dialect }
  const { text, params } =
    dimension === 'account' && dialect.hasMonths ? numberedAccounts(asked) : byKey(dimension, asked)
  return await db.query(text, params)
}
