-- The roll-ups of whole months (counted from 1970), so that a question about a year need not read its every day. What
-- had begun before a month stands with its days alone.
create table months (
  played_ms bigint not null,
  bytes bigint not null,
  plays bigint not null,
  refusals bigint not null,
  number bigint not null,
  month integer not null,
  dimension text not null,
  key text not null,
  primary key (dimension, month, key)
);

-- The month of a day counted from 1970.
create function month_of_day(day bigint) returns integer language sql immutable as $$
  select (extract(year from at) * 12 + extract(month from at) - 23641)::integer
  from (select date '1970-01-01' + day::integer) as t (at)
$$;

insert into months (month, dimension, key, number, plays, refusals, played_ms, bytes)
select month_of_day(day), dimension, key, min(number), sum(plays), sum(refusals), sum(played_ms), sum(bytes)
from days group by 1, dimension, key;
