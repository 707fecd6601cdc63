import type { Column, Sql, SqlValue } from '../../sql/sql.ts'
import { writeMonths } from './monthly-roll-ups.ts'
import type { RollUpRow } from './roll-ups.ts'
import { DELTA_COLUMNS, deltaRow, stageDelta } from './stage-delta.ts'
import { writeViewers } from './viewers.ts'

/** A day of an account. */
export type AccountDay = Pick<RollUpRow, 'day' | 'key'>

/** The days of accounts that are counted, where this process alone writes them. */
export interface KnownDays {
  /** Notes what gets rows before those are committed. */
  add(rows: Iterable<AccountDay>): void
  /** Those that may have rows. */
  among(rows: readonly AccountDay[]): Promise<readonly AccountDay[]>
}

/** Accounts have a table of their own. */
const OF_ACCOUNTS = "dimension = 'account'"
const OF_OTHERS = "dimension <> 'account'"

/** Adds rows staged as `delta` to a table. */
const addDelta = (table: 'days' | 'days_account', which: string): string =>
  `merge into ${table} as t using (select * from delta where ${which}) as d` +
  ' on (t.day = d.day and t.dimension = d.dimension and t.number = d.number and t.key = d.key)' +
  ' when matched then update set plays = t.plays + d.plays, refusals = t.refusals + d.refusals,' +
  ' played_ms = t.played_ms + d.played_ms, bytes = t.bytes + d.bytes, carried = t.carried + d.carried' +
  ' when not matched then insert values (d.day, d.dimension, d.key, d.number, d.plays, d.refusals, d.played_ms, d.bytes, 0, d.carried)'

/** The columns of `days_account`, in its order. */
const DAY_COLUMNS: readonly Column[] = [
  ...DELTA_COLUMNS.filter(({ name }) => name !== 'carried'),
  { name: 'viewers', kind: 'int' },
  { name: 'carried', kind: 'int' },
]

/** A row of `days_account` as the table keeps it. */
const dayRow = (row: RollUpRow): SqlValue[] => {
  const values: SqlValue[] = deltaRow(row)
  values.splice(-1, 0, 0)
  return values
}

/** Adds rows of accounts that have none on their day, which nothing needs to be looked for; answers the others. */
const addNew = async (
  tx: Sql,
  accounts: readonly RollUpRow[],
  known: KnownDays | null,
): Promise<readonly RollUpRow[]> => {
  if (known === null || accounts.length === 0) return accounts
  const old = new Set<AccountDay>(await known.among(accounts))
  known.add(accounts)
  const fresh = accounts.filter((row) => !old.has(row))
  if (fresh.length > 0) await tx.insert('days_account', DAY_COLUMNS, fresh.map(dayRow))
  return accounts.filter((row) => old.has(row))
}

/** Adds rows to every roll-up and counts the viewers of the days it touched; inside a transaction. */
export async function writeRollUps(
  tx: Sql,
  rows: readonly RollUpRow[],
  known: KnownDays | null = null,
): Promise<void> {
  if (tx.dialect.hasMonths) {
    await writeMonths(tx, rows)
    return
  }
  if (rows.length === 0) return
  const accounts = rows.filter(({ dimension }) => dimension === 'account')
  const others = rows.filter(({ dimension }) => dimension !== 'account')
  const old = await addNew(tx, accounts, known)
  await stageDelta(tx, [...old, ...others])
  if (old.length > 0) await tx.query(addDelta('days_account', OF_ACCOUNTS))
  if (others.length > 0) await tx.query(addDelta('days', OF_OTHERS))
  const played = accounts.filter(({ plays, carried }) => plays + carried !== 0)
  if (played.length === 0) return
  await countViewers(tx, [...new Set(played.map(({ day }) => day))])
  await writeViewers(tx, played)
}

async function countViewers(tx: Sql, days: readonly number[]): Promise<void> {
  const touched = 'select unnest($1::bigint[])'
  await tx.query(
    'update days as t set viewers = c.viewers' +
      ' from (select day, count(case when plays + carried > 0 then 1 end) as viewers from days_account' +
      ` where day in (${touched}) group by day) as c where t.day = c.day and t.dimension = 'total'`,
    [days],
  )
}
