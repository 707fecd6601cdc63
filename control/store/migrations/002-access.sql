-- Downloads of playlists, bans, signing keys and edges.
create table downloads (
  id text primary key,
  account text not null,
  "group" text not null,
  won_by text not null,
  issued_at bigint not null,
  first_used_at bigint,
  first_network text,
  first_address text,
  user_agent text,
  revoked_at bigint
);

create table bans (
  id text primary key,
  kind text not null,
  subject text not null,
  account text,
  reason text not null,
  evidence text,
  created_at bigint not null,
  until bigint,
  "by" text not null,
  lifted_at bigint,
  lifted_by text
);

create table keys (
  kid text primary key,
  purpose text not null,
  secret bytea not null,
  created_at bigint not null,
  active_from bigint not null,
  retired_at bigint
);

create table edges (
  id text primary key,
  name text not null,
  key_hash text not null,
  created_at bigint not null,
  revoked_at bigint
);

create table cursors (
  source text primary key,
  value text,
  updated_at bigint not null
);
