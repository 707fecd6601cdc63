import type { Sql } from '../../sql/sql.ts'
import { FLAT } from './flat-rows.ts'
import { MONTHLY } from './monthly-rows.ts'
import type { PlayRows } from './play-rows.ts'

/** The way the engine at hand keeps plays. */
export const playRowsOf = ({ dialect }: Pick<Sql, 'dialect'>): PlayRows =>
  dialect.name === 'postgres' ? MONTHLY : FLAT
