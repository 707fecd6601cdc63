-- Roll-ups of quarters of an hour (counted from 1970), in which the days and hours of every time zone begin. Plays of more
-- than two days are not counted in them: they are few, and have an index.
create table quarters (
  quarter bigint primary key,
  played_ms bigint not null,
  bytes bigint not null,
  plays integer not null,
  refusals integer not null,
  carried integer not null
);

-- Who watched, a row an hour and 4096 accounts, a bit for each account and quarter of the hour.
create table quarter_viewers (
  hour bigint not null,
  part integer not null,
  accounts bit(16384) not null,
  primary key (hour, part)
);

create function bit_of_quarter(account integer, quarter bigint) returns bit(16384) language sql immutable as $$
  select set_bit(repeat('0', 16384)::bit(16384), (quarter & 3)::integer * 4096 + (account & 4095), 1)
$$;

create index play_rows_long on play_rows (started_at)
where greatest(started_at, case when ended_at >= started_at then ended_at else last_seen_at end) - started_at > 172800000;

-- What is there is counted in steps, from the newest, after this: from the quarter in the settings on, every play is.
create function count_quarters_anew() returns void language sql as $$
  truncate quarters, quarter_viewers;
  insert into settings (key, value, updated_at)
  select 'history.quarters_since', coalesce((max(started_at) + 172800000) / 900000 + 1, -9007199254740991)::text, 0 from play_rows
  on conflict (key) do update set value = excluded.value;
$$;

select count_quarters_anew();
