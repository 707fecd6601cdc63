import type { Column, Sql } from '../../sql/sql.ts'
import { numberOf, type RollUpRow } from './roll-ups.ts'

const COLUMNS: readonly Column[] = [
  { name: 'key', kind: 'text' },
  { name: 'day', kind: 'int' },
]

const BITS = 512

const blockOf = (day: number): number => Math.floor(day / BITS)

const NAMED = `seen as s join counted_keys as k on k.dimension = ${numberOf('account')} and k.key = s.key`

/** Accounts that had not watched on the day before. */
const COUNT =
  `insert into day_viewers as t (day, viewers) select s.day, count(*) from ${NAMED}` +
  ' left join viewer_days as v on v.account = k.id and v.block = s.day >> 9' +
  ' where v.days is null or get_bit(v.days, (s.day & 511)::integer) = 0 group by 1' +
  ' on conflict (day) do update set viewers = t.viewers + excluded.viewers'

const ADD =
  'insert into viewer_days as t (account, block, days)' +
  ` select k.id, s.day >> 9, bit_or(bit_of_day(s.day)) from ${NAMED} group by 1, 2` +
  ' on conflict (block, account) do update set days = t.days | excluded.days where t.days & excluded.days <> excluded.days'

const DAYS =
  'cross join lateral days_of_roll_up(r.days, r.plays_to, r.refusals_to, r.carried, r.amounts_to) as d'

/** A play that moved away may have been the only one of its day. */
const TAKE =
  `with gone as materialized (select k.id as account, s.day, s.day >> 9 as block from ${NAMED}` +
  ' join viewer_days as v on v.account = k.id and v.block = s.day >> 9 and get_bit(v.days, (s.day & 511)::integer) = 1' +
  ` where not exists (select from roll_ups as r ${DAYS}` +
  ' where r.key = k.id and r.month = month_of_day(s.day) and first_day_of(r.month) + d.bit = s.day and d.plays + d.carried_on > 0)),' +
  ' uncounted as (update day_viewers as t set viewers = t.viewers - c.n from (select day, count(*) as n from gone group by 1) as c where t.day = c.day)' +
  ' update viewer_days as t set days = t.days & ~g.days' +
  ' from (select account, block, bit_or(bit_of_day(day)) as days from gone group by 1, 2) as g where t.account = g.account and t.block = g.block'

const WATCHED = `(select r.key as account, first_day_of(r.month) + d.bit as day from roll_ups as r ${DAYS} where r.dimension = ${numberOf('account')} and d.plays + d.carried_on > 0) as w`
const ANEW =
  'delete from viewer_days; delete from day_viewers;' +
  ` insert into viewer_days (account, block, days) select account, day >> 9, bit_or(bit_of_day(day)) from ${WATCHED} group by 1, 2;` +
  ` insert into day_viewers (day, viewers) select day, count(*) from ${WATCHED} group by 1`

const stage = async (tx: Sql, rows: readonly RollUpRow[]): Promise<void> => {
  await tx.stage(
    'seen',
    COLUMNS,
    rows.map(({ key, day }) => [key, day]),
  )
}

/** Keeps the bits, and how many accounts watched on each day, up to date with accounts' days that were just written; inside a transaction. */
export const writeViewerBits = async (tx: Sql, accounts: readonly RollUpRow[]): Promise<void> => {
  const gained = accounts.filter(({ plays, carried }) => plays + carried > 0)
  if (gained.length > 0) {
    await stage(tx, gained)
    await tx.query(`${COUNT}; ${ADD}`)
  }
  const lost = accounts.filter(({ plays, carried }) => plays + carried < 0)
  if (lost.length > 0) {
    await stage(tx, lost)
    await tx.query(TAKE)
  }
}

/** Counts all viewers anew from accounts' days; inside a transaction. */
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

const literal = (bits: string): string => `B'${bits}'`

/** SQL of the ids of accounts that watched on the days from `from` to just before `to`; some may come twice. */
export const accountsOnDays = (from: number, to: number): string => {
  const [first, last] = [blockOf(from), blockOf(to - 1)]
  const bitsOf = (block: number): string => literal(bitsWithin(block, from, to))
  const bits =
    first === last
      ? bitsOf(first)
      : `case block when ${first} then ${bitsOf(first)} when ${last} then ${bitsOf(last)} else ${literal('1'.repeat(BITS))} end`
  return `select account from viewer_days where block >= ${first} and block <= ${last} and days & ${bits} <> ${literal('0'.repeat(BITS))}`
}
