import type { Database, Dialect, SqlParam } from '../../sql/sql.ts'
import { PLAYED, PLAYED_MS, ranWithin, withinSql } from '../counting/play-span.ts'
import type { Dimension } from '../counting/roll-ups.ts'
import { type AskedParts, type Edge, partsFor } from './edges.ts'
import type { Span, SpanParts } from './span.ts'

const KEYS: Readonly<Record<Exclude<Dimension, 'point'>, string>> = {
  total: "''",
  channel: 'coalesce(channel, title)',
  country: 'country',
  account: 'account',
}

/** Numbers the parameters of a statement as they are used. */
class Params {
  readonly values: SqlParam[] = []
  add(value: SqlParam): string {
    this.values.push(value)
    return `$${this.values.length}::bigint`
  }
}

/** Totals of single plays within a span, by key; `isFirst` counts those that had begun before it, too. */
const rawTotals = (key: string, span: Edge, isFirst: boolean, params: Params): string => {
  const [from, to] = [params.add(span.from), params.add(span.to)]
  const counted = isFirst ? PLAYED : `${PLAYED} and started_at >= ${from}`
  return (
    `select ${key} as key, sum(case when ${counted} then 1 else 0 end) as plays,` +
    ` sum(case when not ${PLAYED} and started_at >= ${from} then 1 else 0 end) as refusals,` +
    ` sum(case when ${PLAYED} then ${withinSql(PLAYED_MS, from, to)} else 0 end) as played_ms,` +
    ` sum(case when ${PLAYED} then ${withinSql('coalesce(bytes, 0)', from, to)} else 0 end) as bytes` +
    ` from plays where started_at >= ${params.add(span.firstStart)} and ${ranWithin(from, to)} and greatest(last_seen_at, coalesce(ended_at, 0), started_at) >= ${from}` +
    ` and ${key} is not null group by 1`
  )
}

/** The same of accounts where their days are narrow rows: added up by number, named afterwards. */
const narrowTotals = ({ firstDay, endDay, head }: SpanParts, params: Params): string => {
  const [from, to] = [params.add(firstDay), params.add(endDay)]
  const begun = head === null ? ` + case when day = ${from} then carried else 0 end` : ''
  return (
    'select k.key, s.plays, s.refusals, s.played_ms, s.bytes from (select account,' +
    ` sum(plays${begun}) as plays, sum(refusals) as refusals, sum(played_ms) as played_ms, sum(bytes) as bytes` +
    ` from account_days where day >= ${from} and day < ${to} group by account) as s join account_keys as k on k.id = s.account`
  )
}

const rolledTotals = (
  dimension: Dimension,
  { firstDay, endDay, head }: SpanParts,
  params: Params,
): string => {
  const table = dimension === 'account' ? 'days_account' : 'days'
  const [from, to] = [params.add(firstDay), params.add(endDay)]
  // Those that had begun before are counted where the span begins.
  const begun = head === null ? ` + case when day = ${from} then carried else 0 end` : ''
  return (
    `select min(key) as key, sum(plays${begun}) as plays, sum(refusals) as refusals,` +
    ' sum(played_ms) as played_ms, sum(bytes) as bytes' +
    ` from ${table} where dimension = '${dimension}' and day >= ${from} and day < ${to} group by number, key`
  )
}

/** The statement of a span's totals by key, a row each: key, plays, refusals, played_ms, bytes. */
export const totalsStatement = (
  dimension: Exclude<Dimension, 'point'>,
  parts: AskedParts,
  dialect: Pick<Dialect, 'name'>,
): { readonly text: string; readonly params: SqlParam[] } => {
  const { head, tail, firstDay, endDay } = parts
  const params = new Params()
  const key = KEYS[dimension]
  const whole: typeof narrowTotals =
    dimension === 'account' && dialect.name === 'postgres'
      ? narrowTotals
      : (asked, given) => rolledTotals(dimension, asked, given)
  const pieces = [
    ...(head === null ? [] : [rawTotals(key, head, true, params)]),
    ...(firstDay < endDay ? [whole(parts, params)] : []),
    ...(tail === null ? [] : [rawTotals(key, tail, false, params)]),
  ]
  const sums = ['plays', 'refusals', 'played_ms', 'bytes']
    .map((name) => `cast(sum(${name}) as bigint) as ${name}`)
    .join(', ')
  const text = `select key, ${sums} from (${pieces.join(' union all ')}) as parts group by key`
  return { text, params: params.values }
}

/** The keys with most plays in a span. */
export const topTotals = async (
  db: Database,
  dimension: Exclude<Dimension, 'point'>,
  span: Span,
  limit: number,
) => {
  const { text, params } = totalsStatement(dimension, await partsFor(db, span), db.dialect)
  const order = ` having sum(plays) > 0 or sum(refusals) > 0 order by plays desc, key${db.dialect.binaryCollation} limit $${params.length + 1}`
  return await db.query(text + order, [...params, limit])
}
