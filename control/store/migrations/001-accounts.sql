-- Who may watch, and the audit log. Times are Unix milliseconds; JSON is kept as text, as both engines read it.
create table accounts (
  id text primary key,
  name text not null,
  enabled boolean not null,
  expires_at bigint,
  max_sessions bigint,
  max_networks bigint,
  limitation text,
  plan text,
  "group" text,
  note text,
  created_at bigint not null,
  updated_at bigint not null
);

create table tokens (
  id text primary key,
  account_id text not null,
  kind text not null,
  username text,
  hash text not null,
  label text,
  created_at bigint not null,
  last_used_at bigint,
  revoked_at bigint
);

create table plans (
  name text primary key,
  max_sessions bigint,
  max_networks bigint,
  limitation text,
  note text,
  updated_at bigint not null
);

create table audit (
  id text primary key,
  "at" bigint not null,
  actor text not null,
  action text not null,
  subject text not null,
  before text,
  after text
);

create table settings (
  key text primary key,
  value text,
  updated_at bigint not null
);
