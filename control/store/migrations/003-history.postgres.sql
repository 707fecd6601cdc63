-- History. key is a 52-bit number made of source and id, for finding plays by list; account_key the same of the account.
create table plays (
  key bigint not null,
  account_key bigint not null,
  source text not null,
  id text not null,
  account text not null,
  account_name text,
  "group" text,
  address text,
  network text,
  is_lan boolean not null,
  country text,
  region text,
  city text,
  latitude float8,
  longitude float8,
  accuracy_km float8,
  asn bigint,
  asn_org text,
  device text,
  platform text,
  client text,
  channel text,
  title text,
  is_live boolean not null,
  started_at bigint not null,
  last_seen_at bigint not null,
  ended_at bigint,
  played_ms bigint,
  bytes bigint,
  reason text,
  primary key (source, id)
);

create index plays_key on plays (key);
create index plays_started on plays (started_at);
create index plays_seen on plays (last_seen_at);
create index plays_account on plays (account_key, started_at);
create index plays_open on plays (last_seen_at) where ended_at is null;
