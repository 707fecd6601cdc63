-- Who watched on which days, a bit a day and 512 days a row, in place of the first and last of 32: a tenth of the rows.
drop table viewers;

create table viewer_days (
  account integer not null,
  block integer not null,
  days bit(512) not null,
  primary key (block, account)
);

-- The bit of a day (counted from 1970) within its 512.
create function bit_of_day(day bigint) returns bit(512) language sql immutable as $$
  select set_bit(repeat('0', 512)::bit(512), (day & 511)::integer, 1)
$$;

insert into viewer_days (account, block, days)
select account, day >> 9, bit_or(bit_of_day(day)) from account_days where plays + carried > 0 group by 1, 2;
