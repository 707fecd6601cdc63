-- Roll-ups per UTC day. Accounts are many and asked for apart, so they have a table of their own; viewers counts
-- distinct accounts and is filled in where dimension is 'total'; number is a
-- 52-bit number made of the key, which is compared and counted faster.
create table days (
  day bigint not null,
  dimension text not null,
  key text not null,
  number bigint not null,
  plays bigint not null,
  refusals bigint not null,
  played_ms bigint not null,
  bytes bigint not null,
  viewers bigint not null,
  primary key (dimension, day, key)
);

create table days_account (
  day bigint not null,
  dimension text not null,
  key text not null,
  number bigint not null,
  plays bigint not null,
  refusals bigint not null,
  played_ms bigint not null,
  bytes bigint not null,
  viewers bigint not null,
  primary key (dimension, day, key)
);

create index days_account_number on days_account (number, day);
