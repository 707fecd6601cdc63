import type { Dialect, SqlParam } from '../../sql/sql.ts'
import { DAY_MS, type Dimension } from '../counting/roll-ups.ts'
import type { SpanParts } from './span.ts'

/** Numbers the parameters of a statement as they are used. */
export class Params {
  readonly values: SqlParam[] = []
  add(value: SqlParam): string {
    this.values.push(value)
    return `$${this.values.length}::bigint`
  }
}

/** The first day (counted from 1970) of a month counted from 1970. */
const dayOfMonth = (month: number): number => Date.UTC(1970, month) / DAY_MS

const monthOfDay = (day: number): number => {
  const at = new Date(day * DAY_MS)
  return (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth()
}

/**
 * SQL of the roll-ups of whole days by number and key: `number`, `key`, `plays`, `refusals`, `played_ms`, `bytes`. Plays that had begun
 * before the first day are counted on it, unless what lies before it has counted them (`head`). Months that lie
 * within are read as such where the engine keeps them.
 */
export const rolledRows = (
  dimension: Exclude<Dimension, 'account'>,
  { firstDay, endDay, head }: Pick<SpanParts, 'firstDay' | 'endDay' | 'head'>,
  params: Params,
  { hasMonths }: Pick<Dialect, 'hasMonths'>,
): string => {
  const same = `dimension = '${dimension}'`
  const days = (from: number, to: number): string => {
    const first = params.add(from)
    // Only the first day of all counts what had begun before.
    const plays =
      from === firstDay && head === null
        ? `plays + case when day = ${first} then carried else 0 end as plays`
        : 'plays'
    return `select number, key, ${plays}, refusals, played_ms, bytes from days where ${same} and day >= ${first} and day < ${params.add(to)}`
  }
  const firstMonth = monthOfDay(firstDay) + 1
  const endMonth = monthOfDay(endDay)
  if (!hasMonths || firstMonth >= endMonth) return days(firstDay, endDay)
  const months = `select number, key, plays, refusals, played_ms, bytes from months where ${same} and month >= ${params.add(firstMonth)} and month < ${params.add(endMonth)}`
  return [days(firstDay, dayOfMonth(firstMonth)), months, days(dayOfMonth(endMonth), endDay)].join(
    ' union all ',
  )
}
