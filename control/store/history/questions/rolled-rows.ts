import type { SqlParam } from '../../sql/sql.ts'
import type { Dimension } from '../counting/roll-ups.ts'
import type { SpanParts } from './span.ts'

/** Numbers the parameters of a statement as they are used. */
export class Params {
  readonly values: SqlParam[] = []
  add(value: SqlParam): string {
    this.values.push(value)
    return `$${this.values.length}::bigint`
  }
}

/**
 * SQL of the roll-ups of whole days by number and key: `number`, `key`, `plays`, `refusals`, `played_ms`, `bytes`. Plays that had begun
 * before the first day are counted on it, unless what lies before it has counted them (`head`).
 */
export const rolledRows = (
  dimension: Exclude<Dimension, 'account'>,
  { firstDay, endDay, head }: Pick<SpanParts, 'firstDay' | 'endDay' | 'head'>,
  params: Params,
): string => {
  const first = params.add(firstDay)
  const begun = head === null ? ` + case when day = ${first} then carried else 0 end` : ''
  return `select number, key, plays${begun} as plays, refusals, played_ms, bytes from days where dimension = '${dimension}' and day >= ${first} and day < ${params.add(endDay)}`
}
