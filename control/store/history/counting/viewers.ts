import type { Column, Sql } from '../../sql/sql.ts'
import { hash52 } from './hash52.ts'
import type { RollUpRow } from './roll-ups.ts'

const COLUMNS: readonly Column[] = [
  { name: 'block', kind: 'int' },
  { name: 'number', kind: 'int' },
  { name: 'first_day', kind: 'int' },
  { name: 'last_day', kind: 'int' },
]

/** Days are gathered by 32, the shift both engines and JavaScript share. */
const blockOf = (day: number): number => day >> 5

const SAME = 't.block = s.block and t.number = s.number'
const WIDEN =
  'update viewers as t set first_day = least(t.first_day, s.first_day),' +
  ` last_day = greatest(t.last_day, s.last_day) from seen as s where ${SAME}` +
  ' and (s.first_day < t.first_day or s.last_day > t.last_day)'
const ADD = `insert into viewers select * from seen as s where not exists (select 1 from viewers as t where ${SAME})`

/**
 * Keeps the days on which accounts watched up to date with accounts' days that just changed; inside
 * a transaction.
 */
export async function writeViewers(tx: Sql, accounts: readonly RollUpRow[]): Promise<void> {
  const gained = accounts.filter(({ plays, carried }) => plays + carried > 0)
  if (gained.length > 0) {
    await tx.stage('seen', COLUMNS, blocksOf(gained))
    await tx.query(WIDEN)
    await tx.query(ADD)
  }
  const lost = accounts.filter(({ plays, carried }) => plays + carried < 0)
  if (lost.length > 0) await countAnew(tx, lost)
}

function blocksOf(rows: readonly RollUpRow[]): number[][] {
  const blocks = new Map<string, [number, number, number, number]>()
  for (const { day, key } of rows) {
    const number = hash52(key)
    const name = `${blockOf(day)} ${number}`
    const [, , first, last] = blocks.get(name) ?? [0, 0, day, day]
    blocks.set(name, [blockOf(day), number, Math.min(first, day), Math.max(last, day)])
  }
  return [...blocks.values()]
}

/** A play that moved away may have been the only one of its day. */
async function countAnew(tx: Sql, rows: readonly RollUpRow[]): Promise<void> {
  const blocks = [...new Set(rows.map(({ day }) => blockOf(day)))]
  const numbers = [...new Set(rows.map(({ key }) => hash52(key)))]
  const these = (block: string): string =>
    `${block} in (select unnest($1::bigint[])) and number in (select unnest($2::bigint[]))`
  await tx.query(`delete from viewers where ${these('block')}`, [blocks, numbers])
  await tx.query(
    'insert into viewers select day >> 5, number, min(day), max(day) from days_account' +
      ` where ${these('day >> 5')} and plays + carried > 0 group by day >> 5, number`,
    [blocks, numbers],
  )
}

/** SQL of the numbers of accounts that watched on the days from $1 to just before $2; a statement has these two first. */
export const viewersOnDays = (from: number, to: number): string => {
  // Within one block its first and last day do not tell whether anything lies between.
  const isOne = blockOf(from) === blockOf(to - 1)
  return isOne
    ? 'select number from days_account where day >= $1 and day < $2 and plays + carried > 0'
    : 'select number from viewers where block >= ($1::bigint >> 5) and block <= (($2::bigint - 1) >> 5) and last_day >= $1 and first_day < $2'
}
