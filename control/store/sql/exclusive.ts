import type { Database, Sql } from './sql.ts'

/** A transaction that no other process writes beside: the first statement waits for those that do, where there may be any. */
export const writeExclusively = async <T>(
  db: Pick<Database, 'write'>,
  work: (tx: Sql) => Promise<T>,
): Promise<T> =>
  await db.write(async (tx) => {
    if (tx.dialect.exclusive !== null) await tx.query(tx.dialect.exclusive)
    return await work(tx)
  })
