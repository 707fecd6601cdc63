-- Accounts that are one person's, the first of them standing for all; and the users media servers have or had.
create table people (
  id text primary key,
  name text,
  accounts text not null,
  created_at bigint not null,
  updated_at bigint not null
);

create table server_users (
  account text primary key,
  server text not null,
  name text not null,
  email text,
  seen_at bigint not null,
  removed_at bigint
);
