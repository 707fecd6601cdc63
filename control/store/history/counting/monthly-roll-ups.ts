import type { Sql } from '../../sql/sql.ts'
import type { RollUpRow } from './roll-ups.ts'
import { stageDelta } from './stage-delta.ts'
import { writeViewerBits } from './viewer-bits.ts'

// A conflict would use up an id each time.
const ADD_KEYS =
  'insert into counted_keys (dimension, key, number) select dimension_number(d.dimension), d.key, min(d.number) from delta as d' +
  ' where not exists (select from counted_keys as k where k.dimension = dimension_number(d.dimension) and k.key = d.key) group by 1, 2'

/** Takes the rows of the months apart, adds the days of `delta`, and puts them together anew. */
const ADD_DAYS = `with added as materialized (
  select k.id as key, k.dimension, month_of_day(d.day) as month, (d.day - first_day_of(month_of_day(d.day)))::integer as bit,
    d.plays, d.refusals, d.carried, d.played_ms, d.bytes
  from delta as d join counted_keys as k on k.dimension = dimension_number(d.dimension) and k.key = d.key
), touched as materialized (
  select distinct key, month, dimension from added
), days as (
  select key, month, bit, sum(plays) as plays, sum(refusals) as refusals, sum(carried) as carried, sum(played_ms) as played_ms, sum(bytes) as bytes
  from (
    select key, month, bit, plays, refusals, carried, played_ms, bytes from added
    union all
    select r.key, r.month, d.bit, d.plays, d.refusals, d.carried_on, d.played_ms, d.bytes
    from touched as t join roll_ups as r on r.key = t.key and r.month = t.month
    cross join lateral days_of_roll_up(r.days, r.plays_to, r.refusals_to, r.carried, r.amounts_to) as d
  ) as parts
  group by 1, 2, 3
  having sum(plays) <> 0 or sum(refusals) <> 0 or sum(carried) <> 0 or sum(played_ms) <> 0 or sum(bytes) <> 0
), summed as (
  select key, month, bit, plays, refusals, carried, sum(plays) over so_far as plays_to, sum(refusals) over so_far as refusals_to,
    (sum(played_ms) over so_far)::bigint as played_to, (sum(bytes) over so_far)::bigint as bytes_to
  from days window so_far as (partition by key, month order by bit)
), folded as (
  select key, month, sum(1 << bit)::integer as days, sum(plays)::integer as plays, array_agg(plays_to::integer order by bit) as plays_to,
    case when bool_or(refusals <> 0) then array_agg(refusals_to::integer order by bit) end as refusals_to,
    case when bool_or(carried <> 0) then array_agg(carried::integer order by bit) end as carried,
    array_agg(array[played_to, bytes_to] order by bit) as amounts_to
  from summed group by 1, 2
)
insert into roll_ups (month, key, days, plays, dimension, plays_to, refusals_to, carried, amounts_to)
select t.month, t.key, coalesce(f.days, 0), coalesce(f.plays, 0), t.dimension, coalesce(f.plays_to, '{}'), f.refusals_to, f.carried, coalesce(f.amounts_to, '{}')
from touched as t left join folded as f on f.key = t.key and f.month = t.month order by t.month, t.dimension, t.key
on conflict (key, month) do update set days = excluded.days, plays = excluded.plays, plays_to = excluded.plays_to,
  refusals_to = excluded.refusals_to, carried = excluded.carried, amounts_to = excluded.amounts_to`

/** Adds what `delta` holds to the months; inside a transaction. */
export const addStagedDays = async (tx: Sql): Promise<void> => {
  await tx.query(`${ADD_KEYS}; ${ADD_DAYS}`)
}

/** Adds rows to the months they lie in; inside a transaction. */
export const writeMonths = async (tx: Sql, rows: readonly RollUpRow[]): Promise<void> => {
  if (rows.length === 0) return
  await stageDelta(tx, rows)
  await addStagedDays(tx)
  await writeViewerBits(
    tx,
    rows.filter(({ dimension }) => dimension === 'account'),
  )
}

/** Forgets the roll-ups of a day and of all after it; inside a transaction. */
export const cutMonths = async (tx: Sql, since: number): Promise<void> => {
  await tx.query('delete from roll_ups where month > month_of_day($1)', [since])
  await tx.query(
    'update roll_ups as r set days = c.days, plays = coalesce(plays_to[c.n], 0), plays_to = plays_to[:c.n], refusals_to = refusals_to[:c.n],' +
      ' carried = carried[:c.n], amounts_to = amounts_to[:c.n][:]' +
      ' from (select key, month, days & w.kept as days, bit_count((days & w.kept)::bit(32))::integer as n' +
      ' from roll_ups, (select ((1::bigint << ($1::bigint - first_day_of(month_of_day($1)))::integer) - 1)::integer as kept) as w' +
      ' where month = month_of_day($1)) as c where r.key = c.key and r.month = c.month',
    [since],
  )
}
