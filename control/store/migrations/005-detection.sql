-- Rules of detection, what they found, and what operators said about it.
create table rules (
  id text primary key,
  rule text not null,
  enabled boolean not null,
  updated_at bigint not null
);

create table findings (
  id text primary key,
  rule text not null,
  kind text not null,
  account text not null,
  severity text not null,
  confidence float8 not null,
  "at" bigint not null,
  evidence text,
  state text not null,
  acted text
);

create table trust (
  id text primary key,
  account text not null,
  "at" bigint not null,
  delta float8 not null,
  value float8 not null,
  reason text not null,
  finding_id text
);

create table feedback (
  id text primary key,
  account text not null,
  kind text not null,
  value text not null,
  verdict text not null,
  "at" bigint not null,
  "by" text not null
);
