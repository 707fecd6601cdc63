import type { PlayRows } from './play-rows.ts'
import { PLAYS } from './play-table.ts'

/** One wide table: the engine packs its columns by itself, and skips blocks by their least and greatest values. */
export const FLAT: PlayRows = {
  insert: (tx, rows) => tx.insert(PLAYS.name, PLAYS.columns, [...rows]),
  async remove(tx, keys) {
    await tx.query(`delete from plays where ${tx.dialect.playsByKey}`, [keys])
  },
  forget: (db, before) =>
    db.write(async (tx) => {
      const counted = await tx.query('select count(*) as n from plays where last_seen_at < $1', [
        before,
      ])
      await tx.query('delete from plays where last_seen_at < $1', [before])
      return Number(counted[0]?.['n'] ?? 0)
    }),
  startsOf: () => Promise.resolve('true'),
}
