import type { Database, Dialect, SqlParam, SqlRow } from '../../sql/sql.ts'
import { OF_ACCOUNT } from '../counting/account-key.ts'
import { PLAYED, PLAYED_MS, ranWithin, withinSql } from '../counting/play-span.ts'
import { type Dimension, numberOf } from '../counting/roll-ups.ts'
import { type AskedParts, type Edge, partsFor } from './edges.ts'
import { amountsOfRanked, playsByKey } from './monthly-totals.ts'
import { Params, rolledRows } from './rolled-rows.ts'
import type { Span, SpanParts } from './span.ts'

/** What plays are counted by, a row each. */
export type Keyed = Exclude<Dimension, 'point' | 'total'>

const KEYS: Readonly<Record<Keyed, string>> = {
  channel: 'coalesce(channel, title)',
  country: 'country',
  account: `case when ${OF_ACCOUNT} then account end`,
  device: 'coalesce(platform, client)',
  edge: 'source',
  delivery: 'delivery',
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

/** What the table of days by account has of whole days; those that had begun before are counted on the first. */
const accountRows = ({ firstDay, endDay, head }: SpanParts, params: Params): string => {
  const [from, to] = [params.add(firstDay), params.add(endDay)]
  const begun = head === null ? ` + case when day = ${from} then carried else 0 end` : ''
  return `select key, plays${begun} as plays, refusals, played_ms, bytes from days_account where day >= ${from} and day < ${to}`
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

/** Single plays of what is left of a span before and after its whole days. */
const edgeRows = (key: string, { head, tail }: AskedParts, params: Params): string[] => [
  ...(head === null ? [] : [rawTotals(key, head, true, params)]),
  ...(tail === null ? [] : [rawTotals(key, tail, false, params)]),
]

/** By months: keys are put in order by their plays alone, and only the first are named and their amounts read. */
const byMonths = (dimension: Keyed, { parts, limit, dialect }: Asked): Statement => {
  const params = new Params()
  const edges = edgeRows(KEYS[dimension], parts, params)
  const most = params.add(limit)
  const counted = playsByKey(dimension, parts)
  const amounts = amountsOfRanked(parts)
  if (edges.length > 0) {
    counted.push('select key, plays, refusals from edges')
    amounts.push(
      'select e.key, e.played_ms, e.bytes from ranked as k join edges as e on e.key = k.key',
    )
  }
  const edgesOf =
    edges.length > 0
      ? `edges as materialized (select k.id as key, e.plays, e.refusals, e.played_ms, e.bytes from (${edges.join(' union all ')}) as e` +
        ` join counted_keys as k on k.dimension = ${numberOf(dimension)} and k.key = e.key), `
      : ''
  const text =
    `with ${edgesOf}ranked as materialized (select key, sum(plays) as plays, sum(refusals) as refusals from (${counted.join(' union all ')}) as parts` +
    ` group by key having ${HAS_ANY} order by sum(plays) desc fetch first (${most}) rows with ties),` +
    ` amounts as (select key, sum(played_ms) as played_ms, sum(bytes) as bytes from (${amounts.join(' union all ')}) as parts group by key)` +
    ' select k.key, s.plays, s.refusals, coalesce(a.played_ms, 0) as played_ms, coalesce(a.bytes, 0) as bytes' +
    ' from ranked as s join counted_keys as k on k.id = s.key left join amounts as a on a.key = s.key' +
    ` order by s.plays desc, k.key${dialect.binaryCollation} limit ${most}`
  return { text, params: params.values }
}

const byKey = (dimension: Keyed, { parts, limit, dialect }: Asked): Statement => {
  const params = new Params()
  const pieces = edgeRows(KEYS[dimension], parts, params)
  if (parts.firstDay < parts.endDay)
    pieces.push(
      dimension === 'account'
        ? accountRows(parts, params)
        : `select key, plays, refusals, played_ms, bytes from (${rolledRows(dimension, parts, params)}) as rolled`,
    )
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
  const { text, params } = dialect.hasMonths ? byMonths(dimension, asked) : byKey(dimension, asked)
  return await db.query(text, params)
}
