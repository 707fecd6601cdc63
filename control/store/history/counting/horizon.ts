import type { Sql } from '../../sql/sql.ts'

/** Setting that names the moment before which plays are forgotten. */
export const HORIZON = 'history.pruned_before'

/** Plays last seen before this moment (Unix ms) are forgotten; 0 where none are. */
export async function readHorizon(sql: Pick<Sql, 'query'>): Promise<number> {
  const rows = await sql.query('select "value" from "settings" where "key" = $1', [HORIZON])
  return Number(rows[0]?.['value'] ?? 0)
}
