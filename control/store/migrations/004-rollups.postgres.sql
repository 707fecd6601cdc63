-- Roll-ups per UTC day; viewers counts distinct accounts and is filled in days_total only.
create table days_total (
  day bigint not null,
  key text not null,
  plays bigint not null,
  refusals bigint not null,
  played_ms bigint not null,
  bytes bigint not null,
  viewers bigint not null,
  primary key (day, key)
);

create table days_channel (
  day bigint not null,
  key text not null,
  plays bigint not null,
  refusals bigint not null,
  played_ms bigint not null,
  bytes bigint not null,
  viewers bigint not null,
  primary key (day, key)
);

create table days_country (
  day bigint not null,
  key text not null,
  plays bigint not null,
  refusals bigint not null,
  played_ms bigint not null,
  bytes bigint not null,
  viewers bigint not null,
  primary key (day, key)
);

create table days_account (
  day bigint not null,
  key text not null,
  plays bigint not null,
  refusals bigint not null,
  played_ms bigint not null,
  bytes bigint not null,
  viewers bigint not null,
  primary key (day, key)
);

create table days_point (
  day bigint not null,
  key text not null,
  plays bigint not null,
  refusals bigint not null,
  played_ms bigint not null,
  bytes bigint not null,
  viewers bigint not null,
  primary key (day, key)
);
