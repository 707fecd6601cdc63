import type { Column, Sql } from '../../sql/sql.ts'
import type { RollUpRow } from './roll-ups.ts'

const COLUMNS: readonly Column[] = [
  { name: 'key', kind: 'text' },
  { name: 'day', kind: 'int' },
]

const BITS = 512

const blockOf = (day: number): number => Math.floor(day / BITS)

const ADD =
  'insert into viewer_days as t (account, block, days)' +
  ' select k.id, s.day >> 9, bit_or(bit_of_day(s.day)) from seen as s join account_keys as k on k.key = s.key group by 1, 2' +
  ' on conflict (block, account) do update set days = t.days | excluded.days where t.days & excluded.days <> excluded.days'

/** A play that moved away may have been the only one of its day. */
const TAKE =
  'with gone as (select d.account, d.day >> 9 as block, bit_or(bit_of_day(d.day)) as days from seen as s' +
  ' join account_keys as k on k.key = s.key join account_days as d on d.account = k.id and d.day = s.day' +
  ' where d.plays + d.carried <= 0 group by 1, 2)' +
  ' update viewer_days as t set days = t.days & ~g.days from gone as g where t.account = g.account and t.block = g.block'

const ANEW =
  'delete from viewer_days; insert into viewer_days (account, block, days)' +
  ' select account, day >> 9, bit_or(bit_of_day(day)) from account_days where plays + carried > 0 group by 1, 2'

const stage = async (tx: Sql, rows: readonly RollUpRow[]): Promise<void> => {
  await tx.stage(
    'seen',
    COLUMNS,
    rows.map(({ key, day }) => [key, day]),
  )
}

/** Keeps the bits up to date with accounts' days that were just written; inside a transaction. */
export const writeViewerBits = async (tx: Sql, accounts: readonly RollUpRow[]): Promise<void> => {
  const gained = accounts.filter(({ plays, carried }) => plays + carried > 0)
  if (gained.length > 0) {
    await stage(tx, gained)
    await tx.query(ADD)
  }
  const lost = accounts.filter(({ plays, carried }) => plays + carried < 0)
  if (lost.length > 0) {
    await stage(tx, lost)
    await tx.query(TAKE)
  }
}

/** Makes all bits anew from accounts' days; inside a transaction. */
export const countViewerBits = async (tx: Sql): Promise<void> => {
  await tx.query(ANEW)
}

/** The days from `from` to just before `to` within a block, as its bits: the first day of the block stands first. */
const bitsWithin = (block: number, from: number, to: number): string =>
  Array.from({ length: BITS }, (_, bit) => {
    const day = block * BITS + bit
    return day >= from && day < to ? '1' : '0'
  }).join('')

/** Whether one row of an account has all the days from `from` to just before `to`. */
export const isOneRow = (from: number, to: number): boolean => blockOf(from) === blockOf(to - 1)

/** SQL of the ids of accounts that watched on the days from `from` to just before `to`; some may come twice. */
export const accountsOnDays = (from: number, to: number): string => {
  const last = blockOf(to - 1)
  const pieces: string[] = []
  for (let block = blockOf(from); block <= last; block += 1) {
    const isWhole = block * BITS >= from && (block + 1) * BITS <= to
    const bits = isWhole ? `~B'${'0'.repeat(BITS)}'` : `B'${bitsWithin(block, from, to)}'`
    pieces.push(
      `select account from viewer_days where block = ${block} and days & ${bits} <> B'${'0'.repeat(BITS)}'`,
    )
  }
  return pieces.join(' union all ')
}
