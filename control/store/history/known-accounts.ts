import type { Sql } from '../sql/sql.ts'
import { hash52 } from './counting/hash52.ts'

/** Accounts a table has rows of, where this process alone writes it: nothing is looked for that cannot be there. */
export interface KnownAccounts {
  /** Notes accounts before their rows are committed. */
  add(accounts: Iterable<string>): void
  /** Those of the accounts that may have rows. */
  among(accounts: readonly string[]): Promise<readonly string[]>
}

/** Beyond so many, all are looked for: some 50 bytes each. */
const MOST = 300_000

/** Reads the accounts once, by a statement that selects one row more than are kept in memory as `number` (`hash52`) or `account`. */
export const createKnownAccounts = (sql: Sql, select: string, most = MOST): KnownAccounts => {
  const known = new Set<number>()
  let reading: Promise<void> | null = null
  const read = async (): Promise<void> => {
    const rows = await sql.query(`${select} limit ${most + 1}`)
    for (const { number, account } of rows)
      known.add(number === undefined ? hash52(String(account)) : Number(number))
  }
  return {
    add: (accounts) => {
      if (known.size <= most) for (const account of accounts) known.add(hash52(account))
    },
    among: async (accounts) => {
      reading ??= read().catch((error: unknown) => {
        reading = null
        throw error
      })
      await reading
      if (known.size > most) return accounts
      return accounts.filter((account) => known.has(hash52(account)))
    },
  }
}
