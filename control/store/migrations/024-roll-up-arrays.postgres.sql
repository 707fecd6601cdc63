-- Roll-ups with a row for each key and month instead of each day: `days` has a bit for each day of the month with
-- anything, and the arrays an element for each of these days, which is what the month had come to by then. A span of
-- days is so the difference of two elements. `amounts_to` holds pairs of milliseconds played and bytes; `carried`,
-- plays that had begun on a day before, stands for each day alone. An array of nothing but zeros is null.
create function dimension_number(name text) returns smallint language sql immutable as $$
  select array_position(array['total', 'channel', 'country', 'account', 'point'], name)::smallint
$$;

create function dimension_name(number smallint) returns text language sql immutable as $$
  select (array['total', 'channel', 'country', 'account', 'point'])[number]
$$;

-- The first day of a month, both counted from 1970.
create function first_day_of(month integer) returns integer language sql immutable as $$
  select (date '1970-01-01' + make_interval(months => month))::date - date '1970-01-01'
$$;

alter table account_keys rename to counted_keys;
alter index account_keys_pkey rename to counted_keys_pkey;
alter index account_keys_number rename to counted_keys_number;
alter table counted_keys add column dimension smallint not null default 4;
alter table counted_keys alter column dimension drop default;
alter table counted_keys drop constraint account_keys_key_key;
insert into counted_keys (dimension, key, number)
select dimension_number(dimension), key, min(number) from days group by 1, 2;
alter table counted_keys add unique (dimension, key);

create table roll_ups (
  month integer not null,
  key integer not null,
  days integer not null,
  plays integer not null,
  dimension smallint not null,
  plays_to integer[] not null,
  refusals_to integer[],
  carried integer[],
  amounts_to bigint[] not null
);

create table day_viewers (
  day integer primary key,
  viewers integer not null
);

insert into day_viewers (day, viewers) select day, viewers from days where dimension = 'total' and viewers > 0;

insert into roll_ups (month, key, days, plays, dimension, plays_to, refusals_to, carried, amounts_to)
select month, key, sum(1 << bit), sum(plays), dimension, array_agg(plays_to order by bit),
  case when bool_or(refusals <> 0) then array_agg(refusals_to order by bit) end,
  case when bool_or(carried <> 0) then array_agg(carried order by bit) end,
  array_agg(array[played_to, bytes_to] order by bit)
from (
  select month, key, bit, dimension, plays, refusals, carried, sum(plays) over so_far as plays_to, sum(refusals) over so_far as refusals_to,
    (sum(played_ms) over so_far)::bigint as played_to, (sum(bytes) over so_far)::bigint as bytes_to
  from (
    select month_of_day(day) as month, (day - first_day_of(month_of_day(day)))::integer as bit, counted.*
    from (
      select d.day, k.id as key, k.dimension, d.plays, d.refusals, d.carried, d.played_ms, d.bytes
      from days as d join counted_keys as k on k.dimension = dimension_number(d.dimension) and k.key = d.key
      union all
      select day, account, 4, plays, refusals, carried, played_ms, bytes from account_days
    ) as counted
  ) as each
  where plays <> 0 or refusals <> 0 or carried <> 0 or played_ms <> 0 or bytes <> 0
  window so_far as (partition by month, key order by bit)
) as summed
group by month, key, dimension order by month, dimension, key;

drop view days_account;
drop table account_days;
drop table months;
drop table days;

alter table roll_ups add primary key (key, month);
create index roll_ups_month on roll_ups (dimension, month);

-- The days of a row, each by itself.
create function days_of_roll_up(
  days integer, plays_to integer[], refusals_to integer[], carried integer[], amounts_to bigint[],
  out "bit" integer, out plays integer, out refusals integer, out carried_on integer, out played_ms bigint, out bytes bigint
) returns setof record language sql immutable rows 12 as $$
  select s.bit, plays_to[n] - coalesce(plays_to[n - 1], 0), coalesce(refusals_to[n], 0) - coalesce(refusals_to[n - 1], 0), coalesce(carried[n], 0),
    amounts_to[n][1] - coalesce(amounts_to[n - 1][1], 0), amounts_to[n][2] - coalesce(amounts_to[n - 1][2], 0)
  from (
    select g as bit, bit_count((days & ((2::bigint << g) - 1)::integer)::bit(32))::integer as n
    from generate_series(0, 30) as g where (days >> g) & 1 = 1
  ) as s
$$;

create view days as
select first_day_of(r.month) + d.bit as day, dimension_name(r.dimension) as dimension, k.key, k.number, d.plays, d.refusals, d.played_ms, d.bytes,
  coalesce(v.viewers, 0) as viewers, d.carried_on as carried
from roll_ups as r join counted_keys as k on k.id = r.key
cross join lateral days_of_roll_up(r.days, r.plays_to, r.refusals_to, r.carried, r.amounts_to) as d
left join day_viewers as v on r.dimension = 1 and v.day = first_day_of(r.month) + d.bit
where r.dimension <> 4;

create view days_account as
select first_day_of(r.month) + d.bit as day, 'account' as dimension, k.key, k.number, d.plays, d.refusals, d.played_ms, d.bytes,
  0 as viewers, d.carried_on as carried
from roll_ups as r join counted_keys as k on k.id = r.key
cross join lateral days_of_roll_up(r.days, r.plays_to, r.refusals_to, r.carried, r.amounts_to) as d
where r.dimension = 4;
