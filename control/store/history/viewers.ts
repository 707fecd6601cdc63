import type { Column, Sql, SqlRow } from '../sql/sql.ts'
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
  const gained = accounts.filter(({ plays }) => plays > 0)
  if (gained.length > 0) {
    await tx.stage('seen', COLUMNS, blocksOf(gained))
    await tx.query(WIDEN)
    await tx.query(ADD)
  }
  const lost = accounts.filter(({ plays }) => plays < 0)
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
      ` where ${these('day >> 5')} and plays > 0 group by day >> 5, number`,
    [blocks, numbers],
  )
}

/** Distinct accounts that watched on a day from `from` to just before `to`. */
export async function countViewers(
  sql: Pick<Sql, 'query'>,
  from: number,
  to: number,
): Promise<number> {
  const [first, last] = [blockOf(from), blockOf(to - 1)]
  // Within one block, first and last day leave open whether anything lies between.
  const rows =
    first === last
      ? await sql.query(
          'select count(distinct number) as n from days_account where day >= $1 and day < $2 and plays > 0',
          [from, to],
        )
      : await sql.query(
          'select count(distinct number) as n from viewers' +
            ' where block >= $1 and block <= $2 and last_day >= $3 and first_day < $4',
          [first, last, from, to],
        )
  return numberIn(rows[0])
}

const numberIn = (row: SqlRow | undefined): number => Number(row?.['n'] ?? 0)
