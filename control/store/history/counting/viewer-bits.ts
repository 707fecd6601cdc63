import type { Column, Sql } from '../../sql/sql.ts'
import { numberOf, type RollUpRow } from './roll-ups.ts'

const COLUMNS: readonly Column[] = [
  { name: 'key', kind: 'text' },
  { name: 'day', kind: 'int' },
]

/** The part of the accounts, 4096 each, that one with this id is in; in SQL. */
const partOf = (id: string): string => `${id} >> 12`

const bitOf = (accounts: string, id: string): string => `get_bit(${accounts}, ${id} & 4095)`

/** The condition that bits `v`, joined for an account with this id, lack it; in SQL. */
const whereMissing = (id: string): string =>
  `where v.accounts is null or ${bitOf('v.accounts', id)} = 0`

const NAMED = `seen as s join counted_keys as k on k.dimension = ${numberOf('account')} and k.key = s.key`

/** Accounts that had not watched on the day before. */
const COUNT =
  `insert into day_viewers as t (day, viewers) select s.day, count(*) from ${NAMED}` +
  ` left join viewer_bits as v on v.day = s.day and v.part = ${partOf('k.id')} ${whereMissing('k.id')} group by 1` +
  ' on conflict (day) do update set viewers = t.viewers + excluded.viewers'

const ADD =
  `insert into viewer_bits as t (day, part, accounts) select s.day, ${partOf('k.id')}, bit_or(bit_of_account(k.id)) from ${NAMED} group by 1, 2` +
  ' on conflict (day, part) do update set accounts = t.accounts | excluded.accounts where t.accounts & excluded.accounts <> excluded.accounts'

const DAYS =
  'cross join lateral days_of_roll_up(r.days, r.plays_to, r.refusals_to, r.carried, r.amounts_to) as d'

/** A play that moved away may have been the only one of its day. */
const TAKE =
  `with gone as materialized (select k.id, s.day from ${NAMED}` +
  ` join viewer_bits as v on v.day = s.day and v.part = ${partOf('k.id')} and ${bitOf('v.accounts', 'k.id')} = 1` +
  ` where not exists (select from roll_ups as r ${DAYS}` +
  ' where r.key = k.id and r.month = month_of_day(s.day) and first_day_of(r.month) + d.bit = s.day and d.plays + d.carried_on > 0)),' +
  ' uncounted as (update day_viewers as t set viewers = t.viewers - c.n from (select day, count(*) as n from gone group by 1) as c where t.day = c.day)' +
  ' update viewer_bits as t set accounts = t.accounts & ~g.accounts' +
  ` from (select day, ${partOf('id')} as part, bit_or(bit_of_account(id)) as accounts from gone group by 1, 2) as g where t.day = g.day and t.part = g.part`

const WATCHED = `(select r.key as account, first_day_of(r.month) + d.bit as day from roll_ups as r ${DAYS} where r.dimension = ${numberOf('account')} and d.plays + d.carried_on > 0) as w`
const ANEW =
  'delete from viewer_bits; delete from day_viewers;' +
  ` insert into viewer_bits (day, part, accounts) select day, ${partOf('account')}, bit_or(bit_of_account(account)) from ${WATCHED} group by 1, 2;` +
  ' insert into day_viewers (day, viewers) select day, sum(bit_count(accounts)) from viewer_bits group by 1'

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

/**
 * SQL of how many accounts watched on the days from `from` to just before `to`, or are among `others`: SQL of their
 * numbers (`number`), where given.
 */
export const countOfAccounts = (from: number, to: number, others: string | null): string => {
  const days = `select part, bit_or(accounts) as accounts from viewer_bits where day >= ${from} and day < ${to} group by part`
  const onDays = (table: string): string =>
    `select coalesce(sum(bit_count(accounts)), 0) as n from ${table}`
  if (others === null) return onDays(`(${days}) as days`)
  const further =
    `select count(*) from (select distinct number from (${others}) as o) as s` +
    ` join counted_keys as k on k.dimension = ${numberOf('account')} and k.number = s.number` +
    ` left join days as v on v.part = ${partOf('k.id')} ${whereMissing('k.id')}`
  return `with days as materialized (${days}) select (${onDays('days')}) + (${further}) as n`
}
