-- What accounts did on each UTC day, in narrow rows: an account's name stands once. A view has the old table's name and columns.
alter table days_account rename to days_account_before;

create table account_keys (
  id integer generated always as identity primary key,
  key text not null unique,
  number bigint not null
);

create table account_days (
  played_ms bigint not null,
  bytes bigint not null,
  account integer not null,
  day integer not null,
  plays integer not null,
  refusals integer not null,
  carried integer not null
);

insert into account_keys (key, number) select key, min(number) from days_account_before group by key;

insert into account_days (played_ms, bytes, account, day, plays, refusals, carried)
select b.played_ms, b.bytes, k.id, b.day, b.plays, b.refusals, b.carried
from days_account_before as b join account_keys as k on k.key = b.key order by b.day;

drop table days_account_before;

alter table account_days add primary key (day, account);
create index account_days_account on account_days (account);
create index account_keys_number on account_keys (number);

create view days_account as
select d.day, 'account' as dimension, k.key, k.number, d.plays, d.refusals, d.played_ms, d.bytes, 0 as viewers, d.carried
from account_days as d left join account_keys as k on k.id = d.account;
