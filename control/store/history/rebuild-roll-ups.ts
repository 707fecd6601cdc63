import { writeExclusively } from '../sql/exclusive.ts'
import type { Database, Sql } from '../sql/sql.ts'
import { noteKinds } from './counting/count-kinds.ts'
import { readHorizon } from './counting/horizon.ts'
import { cutMonths } from './counting/monthly-roll-ups.ts'
import { DAY_MS, dayOf, RollUpDelta } from './counting/roll-ups.ts'
import { countViewerBits } from './counting/viewer-bits.ts'
import { writeRollUps } from './counting/write-roll-ups.ts'
import { createPlayReader } from './play-reader.ts'

/** Setting that names the way the roll-ups were counted. */
const COUNTED = 'history.counted'
const WAY = 'every-day-it-ran'

const isCounted = async (sql: Sql): Promise<boolean> => {
  const rows = await sql.query('select value from settings where key = $1', [COUNTED])
  return rows[0]?.['value'] === JSON.stringify(WAY)
}

const note = async (sql: Sql): Promise<void> => {
  await sql.query(
    'insert into settings (key, value, updated_at) values ($1, $2, $3)' +
      ' on conflict (key) do update set value = excluded.value, updated_at = excluded.updated_at',
    [COUNTED, JSON.stringify(WAY), Date.now()],
  )
}

/** The first UTC day of which all plays are kept. */
const firstKnownDay = async (sql: Sql): Promise<number> => {
  const horizon = dayOf((await readHorizon(sql)) + DAY_MS - 1)
  const [row] = await sql.query('select min(started_at) as first from plays')
  const first = row?.['first'] ?? null
  return first === null ? Number.MAX_SAFE_INTEGER : Math.max(horizon, dayOf(Number(first)))
}

/** Blocks of viewers that reach beyond a day hold what is known of the days before it. */
const forgetViewers = async (sql: Sql, since: number): Promise<void> => {
  await sql.query('delete from viewers where block >= $1', [since >> 5])
  await sql.query(
    'insert into viewers select day >> 5, number, min(day), max(day) from days_account' +
      ' where day >= $1::bigint and plays + carried > 0 group by day >> 5, number',
    [(since >> 5) << 5],
  )
}

/** Forgets what was counted on a day and after it. */
const forgetDays = async (tx: Sql, since: number): Promise<void> => {
  if (tx.dialect.hasMonths) {
    await cutMonths(tx, since)
    await countViewerBits(tx)
    return
  }
  for (const table of ['days', 'days_account'])
    await tx.query(`delete from ${table} where day >= $1::bigint`, [since])
  await forgetViewers(tx, since)
}

/**
 * Counts the roll-ups anew from the plays that are kept, once, where an older version counted a play on the day it
 * began only. Days whose plays were forgotten stay as they are.
 */
export const countAnewOnce = async (db: Database): Promise<void> => {
  if (await isCounted(db)) return
  await writeExclusively(db, async (tx) => {
    if (await isCounted(tx)) return
    const since = await firstKnownDay(tx)
    if (since < Number.MAX_SAFE_INTEGER) await forgetDays(tx, since)
    for await (const plays of createPlayReader(tx).playsBetween(0, Number.MAX_SAFE_INTEGER)) {
      const delta = new RollUpDelta(since)
      for (const play of plays) delta.count(play, 1)
      await writeRollUps(tx, delta.rows())
    }
    await note(tx)
    await noteKinds(tx)
  })
}
