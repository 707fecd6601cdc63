-- Plays in monthly partitions of narrow rows; texts that repeat are kept once, in dictionaries. A view has the old
-- table's name and columns. Where TimescaleDB is installed, its hypertable stands for the partitions.
alter table plays rename to plays_before;

create table play_accounts (
  id integer generated always as identity primary key,
  hash bytea not null unique,
  last_month integer not null,
  account text not null,
  account_key bigint not null,
  account_name text,
  "group" text
);

create table play_networks (
  id integer generated always as identity primary key,
  hash bytea not null unique,
  last_month integer not null,
  address text,
  network text,
  is_lan boolean not null
);

create table play_places (
  id integer generated always as identity primary key,
  hash bytea not null unique,
  last_month integer not null,
  asn bigint,
  asn_org text,
  latitude float8,
  longitude float8,
  accuracy_km float8,
  country text,
  region text,
  city text
);

create table play_devices (
  id integer generated always as identity primary key,
  hash bytea not null unique,
  last_month integer not null,
  device text,
  platform text,
  client text,
  player text,
  agent text
);

create table play_titles (
  id integer generated always as identity primary key,
  hash bytea not null unique,
  last_month integer not null,
  channel text,
  title text,
  is_live boolean not null
);

create table play_kinds (
  id integer generated always as identity primary key,
  hash bytea not null unique,
  last_month integer not null,
  source text not null,
  reason text,
  door text,
  timing text
);

create index play_accounts_key on play_accounts (account_key);

-- For each UTC day, the newest moment at which plays that began on it were seen, and at which they ended.
create table play_days (
  day bigint primary key,
  seen_ms bigint not null,
  end_ms bigint not null
);

-- Columns by falling width: nothing is lost between them. A hexadecimal id of 128 bits takes half as bytes.
do $$
declare
  columns constant text := 'key bigint not null, started_at bigint not null, last_seen_at bigint not null,'
    ' ended_at bigint, played_ms bigint, bytes bigint, account integer not null, network integer not null,'
    ' place integer not null, device integer not null, title integer not null, kind integer not null,'
    ' id text, id_bytes bytea, download text, playback text';
begin
  if exists (select from pg_extension where extname = 'timescaledb') then
    execute format('create table play_rows (%s)', columns);
    perform create_hypertable('play_rows', 'started_at', chunk_time_interval => 2592000000::bigint, create_default_indexes => false);
  else
    execute format('create table play_rows (%s) partition by range (started_at)', columns);
  end if;
end $$;

-- The month of a moment (Unix ms), counted from 1970; what lies before 2000 or after 2099 is one month each.
create function play_month(moment bigint) returns integer language sql immutable as $$
  select case
    when moment < 946684800000 then 359
    when moment >= 4102444800000 then 1560
    else (extract(year from at)::integer - 1970) * 12 + extract(month from at)::integer - 1
  end from (select to_timestamp(least(greatest(moment, 0), 4102444800000) / 1000) at time zone 'UTC') as t (at)
$$;

-- Adds the partitions that plays begun at these moments (Unix ms) need. Building one apart and attaching it lets
-- readers go on.
create function add_play_months(moments bigint[]) returns void language plpgsql as $$
declare
  wanted integer;
  part text;
  first text;
  after text;
begin
  if (select relkind from pg_class where oid = 'play_rows'::regclass) <> 'p' then
    return;
  end if;
  for wanted in select distinct play_month(moment) from unnest(moments) as moment order by 1 loop
    part := format('play_rows_%s_%s', 1970 + wanted / 12, lpad((wanted % 12 + 1)::text, 2, '0'));
    continue when to_regclass(part) is not null;
    first := case when wanted = 359 then 'minvalue'
      else (extract(epoch from make_date(1970 + wanted / 12, wanted % 12 + 1, 1))::bigint * 1000)::text end;
    after := case when wanted = 1560 then 'maxvalue'
      else (extract(epoch from make_date(1970 + (wanted + 1) / 12, (wanted + 1) % 12 + 1, 1))::bigint * 1000)::text end;
    execute format('create table %I (like play_rows including all)', part);
    execute format('alter table play_rows attach partition %I for values from (%s) to (%s)', part, first, after);
  end loop;
end $$;

create function play_hash(entry text) returns bytea language sql stable as $$
  select substring(sha256(convert_to(entry, 'UTF8')) for 16)
$$;

insert into play_accounts (hash, last_month, account, account_key, account_name, "group")
select play_hash(row(account, account_name, "group")::text), play_month(max(started_at)), account, min(account_key), account_name, "group"
from plays_before group by account, account_name, "group";

insert into play_networks (hash, last_month, address, network, is_lan)
select play_hash(row(address, network, is_lan)::text), play_month(max(started_at)), address, network, is_lan
from plays_before group by address, network, is_lan;

insert into play_places (hash, last_month, country, region, city, latitude, longitude, accuracy_km, asn, asn_org)
select play_hash(row(country, region, city, latitude, longitude, accuracy_km, asn, asn_org)::text), play_month(max(started_at)),
  country, region, city, latitude, longitude, accuracy_km, asn, asn_org
from plays_before group by country, region, city, latitude, longitude, accuracy_km, asn, asn_org;

insert into play_devices (hash, last_month, device, platform, client, player, agent)
select play_hash(row(device, platform, client, player, agent)::text), play_month(max(started_at)), device, platform, client, player, agent
from plays_before group by device, platform, client, player, agent;

insert into play_titles (hash, last_month, channel, title, is_live)
select play_hash(row(channel, title, is_live)::text), play_month(max(started_at)), channel, title, is_live
from plays_before group by channel, title, is_live;

insert into play_kinds (hash, last_month, source, reason, door, timing)
select play_hash(row(source, reason, door, timing)::text), play_month(max(started_at)), source, reason, door, timing
from plays_before group by source, reason, door, timing;

insert into play_days
select floor(started_at / 86400000.0)::bigint, max(last_seen_at), max(greatest(last_seen_at, ended_at, started_at))
from plays_before group by 1;

-- One moment of each month is enough.
select add_play_months(array(select min(started_at) from plays_before group by play_month(started_at)));

insert into play_rows (key, started_at, last_seen_at, ended_at, played_ms, bytes, account, network, place, device, title, kind, id, id_bytes, download, playback)
select b.key, b.started_at, b.last_seen_at, b.ended_at, b.played_ms, b.bytes, a.id, n.id, p.id, d.id, t.id, k.id,
  case when b.id !~ '^[0-9a-f]{32}$' then b.id end,
  case when b.id ~ '^[0-9a-f]{32}$' then decode(b.id, 'hex') end,
  b.download, b.playback
from plays_before as b
join play_accounts as a on a.hash = play_hash(row(b.account, b.account_name, b."group")::text)
join play_networks as n on n.hash = play_hash(row(b.address, b.network, b.is_lan)::text)
join play_places as p on p.hash = play_hash(row(b.country, b.region, b.city, b.latitude, b.longitude, b.accuracy_km, b.asn, b.asn_org)::text)
join play_devices as d on d.hash = play_hash(row(b.device, b.platform, b.client, b.player, b.agent)::text)
join play_titles as t on t.hash = play_hash(row(b.channel, b.title, b.is_live)::text)
join play_kinds as k on k.hash = play_hash(row(b.source, b.reason, b.door, b.timing)::text)
order by b.started_at;

-- Nothing may be lost on the way.
do $$
begin
  if (select count(*) from play_rows) <> (select count(*) from plays_before) then
    raise exception 'the history was not carried over whole';
  end if;
end $$;

drop table plays_before;
drop function play_hash(text);

create index play_rows_key on play_rows (key);
create index play_rows_started on play_rows (started_at);
create index play_rows_account on play_rows (account);
create index play_rows_open on play_rows (last_seen_at) where ended_at is null;

create view plays as
select f.key, a.account_key, k.source, coalesce(f.id, encode(f.id_bytes, 'hex')) as id, a.account, a.account_name, a."group",
  n.address, n.network, n.is_lan, p.country, p.region, p.city, p.latitude, p.longitude, p.accuracy_km, p.asn, p.asn_org,
  d.device, d.platform, d.client, t.channel, t.title, t.is_live, f.started_at, f.last_seen_at, f.ended_at, f.played_ms, f.bytes,
  k.reason, d.player, d.agent, f.download, f.playback, k.door, k.timing
from play_rows as f
left join play_accounts as a on a.id = f.account
left join play_networks as n on n.id = f.network
left join play_places as p on p.id = f.place
left join play_devices as d on d.id = f.device
left join play_titles as t on t.id = f.title
left join play_kinds as k on k.id = f.kind;
