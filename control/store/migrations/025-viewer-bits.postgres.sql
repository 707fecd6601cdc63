-- Who watched on each day, a bit an account and 4096 accounts a row, in place of a row an account: a year's viewers are
-- a few thousand rows, put together and counted.
create table viewer_bits (
  day integer not null,
  part integer not null,
  accounts bit(4096) not null,
  primary key (day, part)
);

-- The bit of an account within its 4096.
create function bit_of_account(id integer) returns bit(4096) language sql immutable as $$
  select set_bit(repeat('0', 4096)::bit(4096), id & 4095, 1)
$$;

insert into viewer_bits (day, part, accounts)
select v.block * 512 + g.bit, v.account >> 12, bit_or(bit_of_account(v.account))
from viewer_days as v cross join generate_series(0, 511) as g (bit)
where get_bit(v.days, g.bit) = 1 group by 1, 2;

drop table viewer_days;
drop function bit_of_day(bigint);
