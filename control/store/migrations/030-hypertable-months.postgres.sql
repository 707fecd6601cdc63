-- Chunks of a hypertable end with months, as partitions do, so that a month is dropped without deleting rows: its first
-- day has a chunk of its own, and TimescaleDB ends other chunks where one begins.
create function month_start(month integer) returns bigint language sql immutable as $$
  select first_day_of(month)::bigint * 86400000
$$;

create function add_chunks_of_months(months integer[]) returns void language plpgsql as $$
declare
  starts bigint[];
  usual bigint;
  dimension integer;
begin
  select d.id, d.interval_length into dimension, usual
  from _timescaledb_catalog.dimension as d join _timescaledb_catalog.hypertable as h on h.id = d.hypertable_id
  where h.schema_name = current_schema() and h.table_name = 'play_rows';
  select array_agg(distinct start) into starts
  from unnest(months) as wanted cross join lateral unnest(array[month_start(wanted), month_start(wanted + 1)]) as start
  where wanted between 360 and 1559 and not exists (
    select from _timescaledb_catalog.dimension_slice as s where s.dimension_id = dimension and s.range_start <= start and s.range_end > start
  );
  if starts is null then
    return;
  end if;
  perform set_chunk_time_interval('play_rows', 86400000::bigint);
  -- A chunk comes with a row.
  insert into play_rows (key, started_at, last_seen_at, account, network, place, device, title, kind)
  select 0, start, start, 0, 0, 0, 0, 0, 0 from unnest(starts) as start;
  delete from play_rows where started_at = any(starts) and key = 0 and account = 0 and kind = 0;
  perform set_chunk_time_interval('play_rows', usual);
end $$;

alter function add_play_months(bigint[]) rename to add_partitions_of_months;

create function add_play_months(moments bigint[]) returns void language plpgsql as $$
begin
  if (select relkind from pg_class where oid = 'play_rows'::regclass) = 'p' then
    perform add_partitions_of_months(moments);
  else
    perform add_chunks_of_months(array(select distinct play_month(moment) from unnest(moments) as moment));
  end if;
end $$;
