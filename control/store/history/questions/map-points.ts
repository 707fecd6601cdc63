import type { Database, SqlRow } from '../../sql/sql.ts'
import { dayOf } from '../counting/roll-ups.ts'
import { playsByKey } from './monthly-totals.ts'
import { Params, rolledRows } from './rolled-rows.ts'
import type { Span } from './span.ts'

/** The places with most plays in a span, by its UTC days: a map of the world needs no hours. A row each: key, plays. */
export const mapPoints = async (db: Database, span: Span, limit: number): Promise<SqlRow[]> => {
  const days = { firstDay: dayOf(span.from), endDay: dayOf(span.to - 1) + 1, head: null }
  if (days.firstDay >= days.endDay) return []
  const params = new Params()
  if (!db.dialect.hasMonths) {
    const rows = rolledRows('point', days, params)
    return await db.query(
      `select min(key) as key, sum(plays) as plays from (${rows}) as rolled group by number having sum(plays) > 0` +
        ` order by plays desc, number limit ${params.add(limit)}`,
      params.values,
    )
  }
  const rows = playsByKey('point', days).join(' union all ')
  return await db.query(
    `select k.key, s.plays from (select key, sum(plays) as plays from (${rows}) as parts group by key having sum(plays) > 0) as s` +
      ` join counted_keys as k on k.id = s.key order by s.plays desc, k.number limit ${params.add(limit)}`,
    params.values,
  )
}
