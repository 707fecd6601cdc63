import type { AccountRef, PlayRecord } from '#domain/types'
import type { Sql } from '../sql/sql.ts'
import { accountKey } from './counting/account-key.ts'
import { hash52 } from './counting/hash52.ts'
import type { AccountDay, KnownDays } from './counting/write-roll-ups.ts'
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

/** What history has rows of. */
export interface KnownRows {
  readonly plays: KnownPlays
  readonly days: KnownDays
}

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

/** Days of which is kept who was counted: the present one and the one before, around midnight. */
const MOST_DAYS = 2

const dayOfMost = (rows: readonly AccountDay[]): number | null => {
  const counts = new Map<number, number>()
  for (const { day } of rows) counts.set(day, (counts.get(day) ?? 0) + 1)
  const [most] = [...counts].sort(([, a], [, b]) => b - a)
  return most === undefined ? null : most[0]
}

/** The accounts that are counted on a day; of days that hold few of the rows at hand all are looked for. */
export const createKnownDays = (sql: Pick<Sql, 'batches'>, most = MOST): KnownDays => {
  const days = new Map<number, Known<string>>()
  const readDay = (day: number): Known<string> =>
    createKnown({
      most,
      numberOf: hash52,
      async read(known, limit) {
        const text = `select number from days_account where day = $1 limit ${limit}`
        for await (const [numbers = []] of sql.batches(text, [day]))
          for (const number of numbers) known.add(Number(number))
      },
    })
  const keysOf = (rows: Iterable<AccountDay>, day: number): string[] =>
    [...rows].filter((row) => row.day === day).map(({ key }) => key)
  return {
    add(rows) {
      for (const [day, known] of days) known.add(keysOf(rows, day))
    },
    async among(rows) {
      const first = dayOfMost(rows)
      if (first !== null && !days.has(first)) {
        days.set(first, readDay(first))
        const [oldest = first] = days.keys()
        if (days.size > MOST_DAYS) days.delete(oldest)
      }
      const fresh = new Set<AccountDay>()
      for (const [day, known] of days) {
        const own = rows.filter((row) => row.day === day)
        const there = new Set(await known.among(own.map(({ key }) => key)))
        for (const row of own) if (!there.has(row.key)) fresh.add(row)
      }
      return rows.filter((row) => !fresh.has(row))
    },
  }
}
