-- Where notices go, what there is to tell, and what became of it.
create table destinations (
  name text primary key,
  kind text not null,
  settings text not null,
  created_at bigint not null,
  updated_at bigint not null
);

create table notices (
  id text primary key,
  event text not null,
  severity text not null,
  subject text not null,
  "at" bigint not null,
  ready_at bigint not null,
  state text not null,
  body text not null
);

create table deliveries (
  id text primary key,
  notice text not null,
  destination text not null,
  subject text not null,
  dedup_key text not null,
  severity text not null,
  created_at bigint not null,
  due_at bigint not null,
  state text not null,
  message text
);

create table messages (
  id text primary key,
  destination text not null,
  kind text not null,
  severity text not null,
  created_at bigint not null,
  until bigint,
  body text not null,
  state text not null,
  attempts bigint not null,
  next_at bigint not null,
  claimed_by text,
  claimed_until bigint not null,
  progress text not null,
  status bigint,
  error text,
  sent_at bigint
);
