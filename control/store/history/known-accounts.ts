import type { AccountRef, PlayRecord } from '#domain/types'
import type { Sql } from '../sql/sql.ts'
import { accountKey } from './counting/account-key.ts'
import { lookupKey } from './rows/play-table.ts'

/** What a table has rows of, where this process alone writes it: nothing is looked for that cannot be there. */
export interface Known<T> {
  /** Notes what gets rows before those are committed. */
  add(things: Iterable<T>): void
  /** Those that may have rows. */
  among(things: readonly T[]): Promise<readonly T[]>
}

export type KnownAccounts = Known<AccountRef>
export type KnownPlays = Known<Pick<PlayRecord, 'source' | 'id'>>

/** Beyond so many, all are looked for: some 50 bytes each. */
const MOST = 300_000

interface KnownOptions<T> {
  readonly most: number
  readonly numberOf: (thing: T) => number
  /** Notes the numbers of what a table has, at most so many. */
  readonly read: (known: Set<number>, limit: number) => Promise<void>
}

/** Reads once what a table has, one more than are kept in memory. */
const createKnown = <T>({ most, numberOf, read }: KnownOptions<T>): Known<T> => {
  const known = new Set<number>()
  let reading: Promise<void> | null = null
  return {
    add: (things) => {
      if (known.size <= most) for (const thing of things) known.add(numberOf(thing))
    },
    among: async (things) => {
      reading ??= read(known, most + 1).catch((error: unknown) => {
        reading = null
        throw error
      })
      await reading
      if (known.size > most) return things
      return things.filter((thing) => known.has(numberOf(thing)))
    },
  }
}

/** The accounts of a table, which a statement selects as `number` (`accountKey`) or `account`. */
export const createKnownAccounts = (
  sql: Pick<Sql, 'query'>,
  select: string,
  most = MOST,
): KnownAccounts =>
  createKnown({
    most,
    numberOf: accountKey,
    async read(known, limit) {
      for (const { number, account } of await sql.query(`${select} limit ${limit}`))
        known.add(number === undefined ? accountKey(String(account)) : Number(number))
    },
  })

/** The plays of history. */
export const createKnownPlays = (sql: Pick<Sql, 'batches'>, most = MOST): KnownPlays =>
  createKnown({
    most,
    numberOf: lookupKey,
    async read(known, limit) {
      for await (const [keys = []] of sql.batches(`select key from plays limit ${limit}`))
        for (const key of keys) known.add(Number(key))
    },
  })
